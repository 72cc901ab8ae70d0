"""The README and docs/ as their reader meets them: commands run, links and names lead somewhere."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scaffold import distribution
from scaffold.template import releases

ROOT = Path(__file__).parents[1]
BELOW = {"preset": ("save", "list", "show"), "options": ("explain",)}
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LAYERS = [
    ROOT / "template",
    *(path for path in (ROOT / "template").rglob("{{*}}") if path.is_dir()),
]
BIN = Path(sys.executable).parent
SCAFFOLD = BIN / "scaffold"

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def test_the_first_command_makes_a_service_that_answers_until_it_is_stopped(tmp_path: Path) -> None:
    command = shell_blocks(ROOT / "README.md")[0]
    checkout = committed_copy(tmp_path / "checkout")
    folder = tmp_path / "empty"
    folder.mkdir()
    port = free_port()
    ours = {"PORT": str(port), "SCAFFOLD": "", "DATABASE_URL": ""}

    with running(command, folder, answering_for(checkout) | ours) as service:
        wait_for(f"http://127.0.0.1:{port}/ready", service, folder)
        answers = {
            path: get(port, path) for path in ("/health", "/ready", "/docs", "/api/v1/items")
        }
        os.killpg(service.pid, signal.SIGINT)
        service.wait(timeout=30)

    assert {path: status for path, (status, _) in answers.items()} == dict.fromkeys(answers, "200")
    assert answers["/api/v1/items"][1] == (
        '{"success":true,"data":[],"meta":{"total":0,"page":1,"limit":20}}'
    )
    assert not is_open(port)
    assert list(folder.rglob("postmaster.pid")) == []


def test_a_project_takes_over_a_later_release_without_losing_an_edit(tmp_path: Path) -> None:
    checkout = committed_copy(tmp_path / "checkout")
    project = tmp_path / "myservice"
    run([SCAFFOLD, "new", project, "--defaults", "--no-lock"], tmp_path)
    with (project / "Makefile").open("a") as makefile:
        makefile.write("# mine\n")
    commit(project)
    with (checkout / "template/app/ids.py").open("a") as module:
        module.write("# later\n")
    commit(checkout)
    run(["git", "tag", "v99.0.0"], checkout)

    run(
        [BIN / "copier", "update", "--defaults"],
        project,
        COPIER_CACHE_DIR=str(tmp_path / "cache"),
        **answering_for(checkout),
    )

    assert "_commit: v99.0.0\n" in (project / ".copier-answers.yml").read_text()
    assert (project / "app/ids.py").read_text().endswith("# later\n")
    assert (project / "Makefile").read_text().endswith("# mine\n")


def committed_copy(folder: Path) -> Path:
    """A repository of the work tree, uncommitted changes included, released as it is."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache"))
    run(["git", "init", "-q"], folder)
    commit(folder)
    run(["git", "tag", releases.current()], folder)
    return folder


def commit(folder: Path) -> None:
    run(["git", "add", "--all"], folder)
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    run(["git", *identity, "commit", "--quiet", "--message=Test"], folder)


def answering_for(checkout: Path) -> dict[str, str]:
    """git redirects the canonical URL, as pip and as Copier spell it, to the checkout."""
    url = distribution.repository()
    return {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": f"url.{checkout.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": url,
        "GIT_CONFIG_KEY_1": f"url.{checkout.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_1": f"{url}.git",
    }


def run(command: list[str | Path], folder: Path, **environment: str) -> None:
    subprocess.run(command, cwd=folder, env={**os.environ, **environment}, check=True)


@contextmanager
def running(
    command: str, folder: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """The command in a process group of its own, as a terminal would have it."""
    with (folder.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", command],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(url: str, service: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and service.poll() is None:
        if subprocess.run(["curl", "-sf", url], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.5)
    pytest.fail(f"{url} does not answer:\n{(folder.parent / 'log').read_text()}")


def get(port: int, path: str) -> tuple[str, str]:
    """Status and body."""
    answer = subprocess.run(
        ["curl", "-s", "-w", "\n%{http_code}", f"http://127.0.0.1:{port}{path}"],
        capture_output=True,
        check=True,
        text=True,
    )
    body, _, status = answer.stdout.rpartition("\n")
    return status, body


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@each_page
def test_a_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", page.read_text()) if "://" not in link]

    broken = [link for link in links if not leads_somewhere(page, link)]

    assert broken == []


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path) if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    """As GitHub makes them from headings, and those written as HTML."""
    text = page.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


@each_page
def test_a_path_named_exists_here_or_in_a_generated_project(page: Path) -> None:
    tops = {path.name for folder in (ROOT, *LAYERS) for path in folder.iterdir() if path.is_dir()}
    paths = [span for span in code(page) if re.fullmatch(r"[^\s/]+/[^\s*]*", span)]

    missing = [path for path in paths if path.split("/")[0] in tops and not exists(path)]

    assert missing == []


def exists(path: str) -> bool:
    return any(
        (folder / path).exists() or (folder / f"{path}.jinja").exists()
        for folder in (ROOT, *LAYERS)
    )


@each_page
def test_a_make_target_named_exists_here_or_in_a_generated_project(page: Path) -> None:
    makefiles = [ROOT / "Makefile", *(ROOT / "template").rglob("Makefile*")]
    targets = {
        target
        for makefile in makefiles
        for target in re.findall(r"^([a-z-]+):", makefile.read_text(), re.MULTILINE)
    }

    named = {
        target for span in code(page) for target in re.findall(r"^(?:.*&& )?make ([a-z-]+)", span)
    }

    assert named - targets == set()


def test_the_recipe_for_a_choice_lists_every_slot() -> None:
    opened = {
        slot
        for path in (ROOT / "template").rglob("*.jinja")
        for slot in re.findall(r'slot\("([^"]+)"', path.read_text())
    }

    _, _, table = (ROOT / "docs/add-a-choice.md").read_text().partition("| slot |")
    rows = table.partition("\n\n")[0].splitlines()[2:]

    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])} == opened


@each_page
def test_a_command_and_its_flags_exist(page: Path) -> None:
    calls = [
        call
        for span in code(page)
        for call in re.findall(r"(?<![\w-])scaffold ([a-z][^&|\n]*)", span)
    ]

    unknown = [call for call in calls if not is_understood(call)]

    assert unknown == []


def is_understood(call: str) -> bool:
    command, *words = call.split()
    below = [word for word in words[:1] if word in BELOW.get(command, ())]
    described = subprocess.run(
        [SCAFFOLD, command, *below, "--help"],
        capture_output=True,
        check=False,
        text=True,
    )
    flags = re.findall(r"(?<!\S)--[a-z-]+", described.stdout)
    return described.returncode == 0 and all(
        word in flags for word in words if word.startswith("--")
    )


@each_page
def test_a_block_of_commands_is_valid_shell(page: Path) -> None:
    for block in shell_blocks(page):
        parsed = subprocess.run(
            ["sh", "-n"], input=block, capture_output=True, check=False, text=True
        )

        assert (parsed.returncode, parsed.stderr) == (0, "")


def code(page: Path) -> list[str]:
    """What is set as code: words within a line, and lines of shell blocks."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in shell_blocks(page) for line in block.splitlines()]
    return re.findall(r"`([^`]+)`", prose) + lines


def shell_blocks(page: Path) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
