import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import pytest

from tests import BIN
from tests.cli.conftest import SCAFFOLD, execute, refusal, said, tree

AGAIN = "do what stands below each of them, then ask again: `scaffold doctor`"
PYTHON = "{}.{}.{}".format(*sys.version_info)
TOOLS = {  # what the doctor meets on the machine of these tests
    "git": "#!/bin/sh\n[ $1 = --version ] && echo git version 2.45.1 || echo 'Ada <ada@x> 1 +0'\n",
    "python3": f'#!/bin/sh\nexec {sys.executable} "$@"\n',
    "make": "#!/bin/sh\n",
    "docker": "#!/bin/sh\ncase $1 in version) echo 27.1.1;; compose) echo 2.29.0;; esac\n",
    "kubectl": "#!/bin/sh\n",
}


class Machine:
    """A machine with tools of our choice, and a project on it."""

    def __init__(self, folder: Path, project: Path, environment: Mapping[str, str]) -> None:
        self.tools = folder / "bin"
        self.project = project
        self.environment = {**environment, "PATH": str(self.tools)}
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]  # free, when this is closed
        self.tools.mkdir()
        for name, program in TOOLS.items():
            self.install(name, program)

    def install(self, name: str, program: str) -> None:
        (self.tools / name).write_text(program)
        (self.tools / name).chmod(0o755)

    def doctor(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return execute([SCAFFOLD, "doctor", *words], self.project, self.environment | more)

    def found(self, rule: str, **more: str) -> list[dict[str, Any]]:
        """State, what was found and the way out, of the rule's findings."""
        document = json.loads(self.doctor("--json", **more).stdout)
        findings = document["data"]["rules"]
        return [each for each in findings if each.pop("rule") == rule]


@pytest.fixture(scope="module")
def rendered() -> Iterator[Path]:
    """A project as `scaffold new` makes it, with its lock, installed as `make setup` does it."""
    with TemporaryDirectory(prefix="scaffold-doctor-") as desk:
        Path(desk).chmod(0o755)  # its PostgreSQL is another user's where root runs the tests
        words = [str(SCAFFOLD), "new", "svc", "--defaults", "--no-git", "--ci", "none"]
        subprocess.run(words, cwd=desk, check=True, capture_output=True)
        subprocess.run(
            [str(BIN / "uv"), "sync", "--quiet", "--python", sys.executable],
            cwd=Path(desk) / "svc",
            env=os.environ | {"UV_SYSTEM_CERTS": "1"},
            check=True,
            capture_output=True,
        )
        yield Path(desk).resolve() / "svc"


@pytest.fixture
def machine(rendered: Path, tmp_path: Path, environment: dict[str, str]) -> Iterator[Machine]:
    named = ("DATABASE_URL", "REDIS_URL", "ENVIRONMENT", "PORT", "HOST", "SECRET_KEY")
    kept = {name: value for name, value in environment.items() if name not in named}
    made = Machine(tmp_path, rendered, kept)
    (rendered / ".env").write_text(f"PORT={made.port}\n")
    yield made
    (rendered / ".env").unlink(missing_ok=True)


@pytest.fixture
def bare(tmp_path: Path, environment: dict[str, str]) -> Machine:
    """No project there."""
    (tmp_path / "desk").mkdir(exist_ok=True)
    return Machine(tmp_path, tmp_path / "desk", environment)


def screen(machine: Machine) -> str:
    return f"""\
  ok       git           2.45.1
  ok       git-identity  Ada <ada@x>
  ok       python        {PYTHON}, of .venv
  ok       make          {machine.tools}/make
  ok       docker        27.1.1
  ok       compose       2.29.0
  ok       kubectl       {machine.tools}/kubectl
  ok       setup         the service is installed in .venv
  ok       lock          uv.lock follows pyproject.toml
  ok       env-unknown   each of the 1 in .env is read
  ok       env-missing   the settings are accepted in development
  ok       port          127.0.0.1:{machine.port} is free
"""


def test_a_machine_that_is_ready(machine: Machine) -> None:
    before = tree(machine.project)

    done = machine.doctor()

    lines = "\nthis machine is ready for svc\n"
    assert said(done) == (0, screen(machine), lines)
    assert tree(machine.project) == before


def test_it_is_one_document(machine: Machine) -> None:
    done = machine.doctor("--json")

    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (document["command"], document["data"]["project"]) == ("doctor", str(machine.project))
    assert document["data"]["rules"][0] == {
        "rule": "git",
        "state": "ok",
        "found": "2.45.1",
        "fix": None,
    }
    assert [each["rule"] for each in document["data"]["rules"]] == [
        line.split()[1] for line in screen(machine).splitlines()
    ]


def test_a_machine_without_any_tool(machine: Machine) -> None:
    for tool in machine.tools.iterdir():
        tool.unlink()

    done = machine.doctor()

    assert said(done) == (
        8,
        f"""\
  problem  git          not installed
                        install git with your package manager
  ok       python       {PYTHON}, of .venv
  problem  make         not installed
                        install make with your package manager
  warning  docker       not installed: containers need it
                        see https://docs.docker.com/engine/install/
  warning  kubectl      not installed: deploy/kubernetes/release.sh needs it
                        see https://kubernetes.io/docs/tasks/tools/
  ok       setup        the service is installed in .venv
  ok       lock         uv.lock follows pyproject.toml
  ok       env-unknown  each of the 1 in .env is read
  ok       env-missing  the settings are accepted in development
  ok       port         127.0.0.1:{machine.port} is free
""",
        "\n" + refusal("this machine is not ready for svc (2 problems)", AGAIN),
    )


def test_problems_have_an_exit_code_of_their_own_and_their_findings_in_json(
    machine: Machine,
) -> None:
    (machine.tools / "make").unlink()
    machine.install("apt-get", "")

    done = machine.doctor("--json")

    document = json.loads(done.stdout)
    found = {each["rule"]: each for each in document["data"]["rules"]}
    assert (done.returncode, document["exit_code"], document["ok"]) == (8, 8, False)
    assert document["error"]["code"] == "not_ready"
    assert found["make"] == {
        "rule": "make",
        "state": "problem",
        "found": "not installed",
        "fix": "sudo apt-get install make",
    }


def test_outside_of_a_project_it_is_about_a_new_one(bare: Machine) -> None:
    done = bare.doctor()

    assert said(done) == (
        0,
        f"""\
  ok       git           2.45.1
  ok       git-identity  Ada <ada@x>
  ok       python        {PYTHON}
  ok       make          {bare.tools}/make
""",
        "\nthis machine is ready for a new project\n",
    )


@pytest.mark.parametrize("name", ["absent", "too-long" * 40])
def test_a_folder_that_is_not_there_is_refused(bare: Machine, name: str) -> None:
    done = bare.doctor("--project", name)

    hint = "name a project with `--project`, or go to one"
    assert said(done) == (2, "", refusal(f"{name} is no folder", hint))


def test_an_answers_file_that_is_broken_is_refused(bare: Machine) -> None:
    (bare.project / ".copier-answers.yml").write_text("- one\n")

    message = ".copier-answers.yml is not what was written there: no answers by key"
    hint = (
        "restore it: `git checkout HEAD -- .copier-answers.yml`; answers change by `scaffold set`"
    )
    assert said(bare.doctor()) == (2, "", refusal(message, hint))


@pytest.mark.parametrize(
    ("version", "state", "told"),
    [
        ("2.30.2", "problem", "2.30.2: `scaffold new` needs 2.31"),
        ("2.34.1", "warning", "2.34.1: `scaffold update` needs 2.38"),
        ("2.38.0.windows.1", "ok", "2.38.0"),
    ],
)
def test_git_is_too_old_for_an_update_before_it_is_for_all(
    bare: Machine, version: str, state: str, told: str
) -> None:
    bare.install("git", f"#!/bin/sh\necho git version {version}\n")

    [found] = bare.found("git")
    assert (found["state"], found["found"]) == (state, told)


def test_git_that_knows_nobody(bare: Machine) -> None:
    program = '#!/bin/sh\ntest "$1" = --version && echo git version 2.45.1\n'
    bare.install("git", program)

    way = "git config --global user.name Ada && git config --global user.email ada@example.com"
    assert bare.found("git-identity") == [
        {"state": "warning", "found": "git does not know who commits", "fix": way}
    ]


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("echo 3.9.2", "3.9.2: 3.11 is needed"),
        (
            "echo \"No module named 'ensurepip'\" >&2; exit 1",
            "it makes no environments: No module named 'ensurepip'",
        ),
    ],
)
def test_python_is_too_old_or_in_parts(bare: Machine, program: str, told: str) -> None:
    bare.install("python3", f"#!/bin/sh\n{program}\n")

    [found] = bare.found("python")
    assert (found["state"], found["found"]) == ("problem", told)


def test_tools_are_asked_for_by_the_answers_alone(machine: Machine, tmp_path: Path) -> None:
    machine.project = tmp_path / "svc"
    machine.project.mkdir()
    answers = "_commit: v0.1.0\ndatabase: sqlite\ndeploy: []\n"
    (machine.project / ".copier-answers.yml").write_text(answers)

    rules = [each["rule"] for each in json.loads(machine.doctor("--json").stdout)["data"]["rules"]]

    assert not {"docker", "compose", "kubectl"} & {*rules}
    assert machine.found("setup") == [
        {
            "state": "warning",
            "found": "the service is not installed yet",
            "fix": "make setup",
        }
    ]


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("echo 'Cannot connect to the Docker daemon' >&2; exit 1", "installed but not running"),
        ("echo 'permission denied while trying to connect' >&2; exit 1", "you may not use it"),
        ("sleep 100 & sleep 100", "no answer in 10 s"),
    ],
)
def test_docker_is_there_and_cannot_be_used(machine: Machine, program: str, told: str) -> None:
    sleep = f"PATH={os.environ['PATH']}\n"
    machine.install("docker", f'#!/bin/sh\n{sleep}test "$1" = compose && exit\n{program}\n')

    [found] = machine.found("docker")

    assert found["state"] == "warning"
    assert found["found"].startswith(told)


def test_a_misspelt_key_is_told_with_the_command_that_mends_it(machine: Machine) -> None:
    file = machine.project / ".env"
    port = file.read_text()
    file.write_text(f"{port}# a remark\nexport RATE_LIMITS='5/1'\nNO_SUCH=1\nLOG_LEVEL=INFO\n")

    first, second = machine.found("env-unknown")
    for found in (first, second):
        subprocess.run(found["fix"], shell=True, check=True, cwd=machine.project)  # noqa: S602 as it is pasted

    assert first["found"] == ".env:3: nothing reads RATE_LIMITS; did you mean RATE_LIMIT?"
    assert second["found"] == ".env:4: nothing reads NO_SUCH"
    assert file.read_text() == (
        f"{port}# a remark\nexport RATE_LIMIT='5/1'\n# NO_SUCH=1\nLOG_LEVEL=INFO\n"
    )


def test_what_the_settings_need_outside_development_is_missing(machine: Machine) -> None:
    assert machine.found("env-missing", ENVIRONMENT="production") == [
        {
            "state": "problem",
            "found": "DATABASE_URL is not set: production needs it",
            "fix": "export DATABASE_URL=postgresql://user:password@localhost:5432/svc",
        }
    ]
    named = {"ENVIRONMENT": "staging", "DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    [found] = machine.found("env-missing", **named)
    assert found["found"] == "SECRET_KEY is not set: staging needs it"
    assert "secrets.token_urlsafe(32)" in found["fix"]


def test_a_setting_that_is_refused_is_told_without_its_value(machine: Machine) -> None:
    done = machine.doctor("--json", RATE_LIMIT="hunter2", SECRET_KEY="hunter3")

    [found] = machine.found("env-invalid", RATE_LIMIT="hunter2")
    named = {"ENVIRONMENT": "production", "SECRET_KEY": "hunter4"}
    database = "postgresql://ada:hunter5@127.0.0.1:1/svc"
    assert machine.found("database", DATABASE_URL=database, **named) == []  # not of it, too
    assert found["found"].startswith("RATE_LIMIT: String should match pattern")
    assert found["fix"] == "grep RATE_LIMIT docs/settings.md"
    assert (done.returncode, "hunter" in done.stdout + done.stderr) == (8, False)


def test_a_port_that_is_taken_is_told_with_one_that_is_free(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]

        [found] = machine.found("port", PORT=str(taken))

    told = f"127.0.0.1:{taken} is taken: `make dev` cannot listen there"
    assert (found["state"], found["found"]) == ("warning", told)
    assert found["fix"].startswith("PORT=")
    assert found["fix"] != f"PORT={taken} make dev"


def test_a_lock_that_is_behind_its_project(machine: Machine) -> None:
    pyproject = machine.project / "pyproject.toml"
    before = pyproject.read_text()
    lock = (machine.project / "uv.lock").read_bytes()
    pyproject.write_text(re.sub('"alembic>=.*"', '"alembic>=1"', before))
    try:
        found = machine.found("lock")
    finally:
        pyproject.write_text(before)

    told = "uv.lock is behind pyproject.toml: no image can be built"
    assert found == [{"state": "problem", "found": told, "fix": "uv lock"}]
    assert (machine.project / "uv.lock").read_bytes() == lock


def test_a_database_that_refuses(machine: Machine) -> None:
    url = "postgresql://ada:hunter2@127.0.0.1:1/svc?password=hunter3"

    done = machine.doctor(DATABASE_URL=url)

    indent = " " * 25
    assert done.returncode == 8
    assert (
        "  problem  database      postgresql://127.0.0.1:1/svc: connection failed:\n"
        f'{indent}connection to server at "127.0.0.1", port 1 failed:\n'
        f"{indent}Connection refused\n"
        f"{indent}env -u DATABASE_URL make dev\n"
    ) in done.stdout
    assert "hunter" not in done.stdout + done.stderr


def test_a_database_that_never_answers_is_given_up(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}/svc"
        (machine.project / ".env").write_text(f"DATABASE_URL=postgresql://ada:hunter2@{place}\n")
        began = monotonic()

        [found] = machine.found("database")

    assert monotonic() - began < 45
    assert found["state"] == "problem"
    assert found["found"].startswith(f"postgresql://{place}: ")
    assert found["fix"] == "sed -i '1s/^/# /' .env"
    assert "hunter" not in str(found)


def test_a_password_that_divides_the_address_stays_hidden(machine: Machine) -> None:
    url = "postgresql://ada:hunter2/@hunter2#hunter2?@127.0.0.1:1/svc"

    done = machine.doctor("--json", DATABASE_URL=url)

    assert "hunter" not in done.stdout + done.stderr


def test_a_database_that_is_right_is_behind_until_it_is_migrated(machine: Machine) -> None:
    """On the project's own PostgreSQL, which runs as long as the shell that it is lent to."""
    doctor = f"{SCAFFOLD} doctor --json"
    words = [str(machine.project / ".venv/bin/python"), "-m", "dev", "sh", "-c"]
    path = {"PATH": f"{machine.tools}:{machine.project}/.venv/bin:/usr/bin:/bin"}
    script = f"{doctor}; app migrate >&2; {doctor}"

    done = execute([*words, script], machine.project, machine.environment | path)

    assert done.returncode == 0, done.stderr
    before, after = (
        {each["rule"]: each for each in json.loads(line)["data"]["rules"]}
        for line in done.stdout.splitlines()
    )
    assert (before["database"]["state"], after["database"]["state"]) == ("ok", "ok")
    assert (before["migrations"]["state"], before["migrations"]["fix"]) == (
        "warning",
        "make migrate",
    )
    assert (after["migrations"]["state"], after["migrations"]["fix"]) == ("ok", None)


def test_redis_that_is_away_is_a_warning(machine: Machine) -> None:
    [found] = machine.found("redis", REDIS_URL="redis://:hunter2@127.0.0.1:1/0")

    assert found["state"] == "warning"
    assert found["found"].startswith("redis://127.0.0.1:1/0: ")
    assert found["fix"] == "env -u REDIS_URL make dev"


def test_from_elsewhere_the_commands_go_to_the_project(machine: Machine, tmp_path: Path) -> None:
    (machine.project / ".env").write_text("PORTS=1\n")
    words = [str(SCAFFOLD), "doctor", "--json", "--project", machine.project]

    done = execute([str(word) for word in words], tmp_path, machine.environment)

    rules = json.loads(done.stdout)["data"]["rules"]
    [found] = [each for each in rules if each["rule"] == "env-unknown"]
    assert found["fix"] == f"cd {machine.project} && sed -i '1s/PORTS/PORT/' .env"
