"""The tools that a project needs, of those that its answers ask for."""

import re
import shutil
import sys
import tomllib
from collections.abc import Iterator

from scaffold import git as repositories
from scaffold.doctor.finding import OK, PROBLEM, WARNING, Finding, Look, Place, look
from scaffold.update import repository

OLDEST_PYTHON = (3, 11)  # of a project that names none
LIMIT_SECONDS = 10.0
VERSION = "import sys, ensurepip, venv; print('{}.{}.{}'.format(*sys.version_info))"

IDENTIFY = "git config --global user.name Ada && git config --global user.email ada@example.com"
INSTALLERS = {
    "apt-get": "sudo apt-get install",
    "dnf": "sudo dnf install",
    "apk": "sudo apk add",
    "pacman": "sudo pacman --sync",
    "brew": "brew install",
}
DOCKER = "see https://docs.docker.com/engine/install/"
KUBECTL = "see https://kubernetes.io/docs/tasks/tools/"


def git(place: Place) -> Iterator[Finding]:
    seen = look(["git", "--version"], place.folder, LIMIT_SECONDS)
    if not seen:
        yield Finding("git", PROBLEM, "not installed", install("git"))
        return
    version = _numbers(seen.out)
    written = _written(version) or seen.last or "it does not answer"
    if version < repositories.OLDEST:
        need = f"`scaffold new` needs {_written(repositories.OLDEST)}"
        yield Finding("git", PROBLEM, f"{written}: {need}", install("git"))
    elif version < repository.OLDEST:
        need = f"`scaffold update` needs {_written(repository.OLDEST)}"
        yield Finding("git", WARNING, f"{written}: {need}", install("git"))
    else:
        yield Finding("git", OK, written)
    words = ["git", "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"]
    known = look(words, place.folder, LIMIT_SECONDS)
    if known and known.code == 0:
        name = known.out.rpartition(">")[0] + ">"
        yield Finding("git-identity", OK, name)
    else:
        yield Finding("git-identity", WARNING, "git does not know who commits", IDENTIFY)


def python(place: Place) -> Iterator[Finding]:
    """The one of the project's environment; before there is one, that which `make setup` takes."""
    oldest = _required(place)
    own = place.python.is_symlink() or place.python.exists()
    name = str(place.python) if own else "python3"
    seen = look([name, "-c", VERSION], place.folder, LIMIT_SECONDS)
    again = place.command("rm -r .venv && make setup")
    version = _numbers(seen.out) if seen else ()
    if own and (not seen or seen.code != 0):
        yield Finding("python", PROBLEM, "the one of .venv does not run", again)
    elif not seen:
        yield Finding("python", PROBLEM, "not installed", install("python3"))
    elif seen.code != 0:
        told = f"it makes no environments: {seen.last}"
        yield Finding("python", PROBLEM, told, install("python3-venv"))
    elif version < oldest:
        way = again if own else "see https://www.python.org/downloads/"
        need = f"{_written(version)}: {_written(oldest)} is needed"
        yield Finding("python", PROBLEM, need, way)
    else:
        yield Finding("python", OK, _written(version) + (", of .venv" if own else ""))


def make(place: Place) -> Iterator[Finding]:
    path = shutil.which("make")
    if path:
        yield Finding("make", OK, path)
    else:
        yield Finding("make", PROBLEM, "not installed", install("make"))


def docker(place: Place) -> Iterator[Finding]:
    if not (place.chose("deploy", "compose") or place.chose("deploy", "kubernetes")):
        return
    asked = ["docker", "version", "--format", "{{.Server.Version}}"]
    seen = look(asked, place.folder, LIMIT_SECONDS)
    if seen and seen.code == 0:
        yield Finding("docker", OK, seen.out.strip())
    else:
        yield Finding("docker", WARNING, *_docker(seen))
    if seen and place.chose("deploy", "compose"):
        composed = look(["docker", "compose", "version", "--short"], place.folder, LIMIT_SECONDS)
        if composed and composed.code == 0:
            yield Finding("compose", OK, composed.out.strip())
        else:
            way = "see https://docs.docker.com/compose/install/linux/"
            yield Finding("compose", WARNING, "docker has no Compose: `make up` needs it", way)


def kubectl(place: Place) -> Iterator[Finding]:
    if not place.chose("deploy", "kubernetes"):
        return
    path = shutil.which("kubectl")
    if path:
        yield Finding("kubectl", OK, path)
    else:
        needs = "not installed: deploy/kubernetes/release.sh needs it"
        yield Finding("kubectl", WARNING, needs, KUBECTL)


def install(package: str) -> str:
    for tool, words in INSTALLERS.items():
        if shutil.which(tool):
            return f"{words} {package}"
    return f"install {package} with your package manager"


def _docker(seen: Look | None) -> tuple[str, str]:
    if not seen:
        return "not installed: containers need it", DOCKER
    if "permission denied" in seen.err:
        return "you may not use it", 'sudo usermod --append --groups docker "$USER"'
    start = "open -a Docker" if sys.platform == "darwin" else "sudo systemctl start docker"
    if seen.code is None:
        return seen.last, start
    return "installed but not running: containers need it", start


def _required(place: Place) -> tuple[int, ...]:
    try:
        project = tomllib.loads(place.text("pyproject.toml")).get("project", {})
    except tomllib.TOMLDecodeError:  # of which the rule `lock` speaks
        return OLDEST_PYTHON
    found = re.search(r">=\s*(\d+)\.(\d+)", str(project.get("requires-python")))
    return (int(found[1]), int(found[2])) if found else OLDEST_PYTHON


def _numbers(text: str) -> tuple[int, ...]:
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


def _written(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
