import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from scaffold.target import STAGING
from tests.cli.conftest import BARE, SCAFFOLD, Run, execute, refusal, said, tree


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    desk = tmp_path_factory.mktemp("rendered")
    execute([SCAFFOLD, "new", "myservice", *BARE], desk, dict(os.environ))
    return tree(desk / "myservice")


def test_an_empty_folder_is_filled(scaffold: Run, desk: Path, rendered: dict[str, bytes]) -> None:
    (desk / "myservice").mkdir()

    assert scaffold("new", "myservice/", *BARE).returncode == 0
    assert tree(desk / "myservice") == rendered


def test_the_folder_one_stands_in_is_kept_and_filled(
    scaffold: Run, desk: Path, rendered: dict[str, bytes]
) -> None:
    here = desk / "myservice"
    here.mkdir()
    same = here.stat().st_ino

    done = scaffold("new", ".", *BARE, cwd=here)

    assert (done.returncode, here.stat().st_ino) == (0, same)
    assert tree(here) == rendered
    assert "  cd " not in done.stderr


def test_missing_parents_are_made(scaffold: Run, desk: Path, rendered: dict[str, bytes]) -> None:
    done = scaffold("new", "a b/c/myservice", *BARE)

    assert tree(desk / "a b/c/myservice") == rendered
    assert "  cd 'a b/c/myservice'\n" in done.stderr


def test_a_link_to_an_empty_folder_is_followed(
    scaffold: Run, desk: Path, rendered: dict[str, bytes]
) -> None:
    (desk / "elsewhere/myservice").mkdir(parents=True)
    (desk / "link").symlink_to("elsewhere/myservice")

    assert scaffold("new", "link", *BARE).returncode == 0
    assert (desk / "link").is_symlink()
    assert tree(desk / "elsewhere/myservice") == rendered


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("My_Service", "my-service"),
        ("orders.v2", "orders-v2"),
        ("-x-", "x"),
        ("Große Halle", "gro-e-halle"),
    ],
)
def test_the_folder_names_the_project(scaffold: Run, desk: Path, folder: str, name: str) -> None:
    assert scaffold("new", *BARE, "--", folder).returncode == 0
    assert f"\nproject_name: {name}\n" in (desk / folder / ".copier-answers.yml").read_text()


def test_a_folder_that_gives_no_name_is_refused(scaffold: Run, desk: Path) -> None:
    done = scaffold("new", "2024", *BARE)

    hint = "use lower-case letters, digits and single hyphens, starting with a letter: my-service"
    assert said(done) == (2, "", refusal("`--project-name 2024` is not accepted", hint))
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize(("names", "count"), [(["a"], "1 file"), (["a", "b", ".c"], "3 files")])
def test_a_folder_with_something_in_it_is_refused(
    scaffold: Run, desk: Path, names: list[str], count: str
) -> None:
    (desk / "myservice").mkdir()
    for name in names:
        (desk / "myservice" / name).write_text("mine")

    done = scaffold("new", "myservice", *BARE)

    message = f"myservice/ is not empty ({count}); nothing was written"
    assert said(done) == (5, "", refusal(message, "choose another name, or remove it"))
    assert tree(desk) == {f"myservice/{name}": b"mine" for name in names}


def test_a_file_is_refused(scaffold: Run, desk: Path) -> None:
    (desk / "myservice").write_text("mine")

    done = scaffold("new", "myservice", *BARE)

    message = "myservice is a file; nothing was written"
    assert said(done) == (5, "", refusal(message, "choose another name"))
    assert tree(desk) == {"myservice": b"mine"}


def test_an_empty_name_is_refused(scaffold: Run) -> None:
    done = scaffold("new", "", *BARE)

    hint = "name the folder to make: `scaffold new myservice`"
    assert said(done) == (2, "", refusal("TARGET is empty", hint))


def test_a_parent_that_cannot_be_written_is_told(scaffold: Run) -> None:
    done = scaffold("new", "/proc/myservice", *BARE)

    reason = "no such file or directory"
    message = f"/proc/myservice/ could not be written: {reason}; nothing is left of it"
    hint = "check the space and the permissions of /proc"
    assert said(done) == (1, "", refusal(message, hint))


def test_a_parent_that_is_a_file_is_told(scaffold: Run, desk: Path) -> None:
    (desk / "file").write_text("mine")

    done = scaffold("new", "file/myservice", *BARE)

    message = f"{desk}/file is a file; nothing was written"
    assert said(done) == (5, "", refusal(message, "choose another name"))
    assert tree(desk) == {"file": b"mine"}


@pytest.fixture(params=[16, 48, 96])
def full_disk(request: pytest.FixtureRequest, desk: Path) -> Sequence[str]:
    """Runs a command on a disk with so many kilobytes: a real one where we may mount it."""
    mount = f'mount -t tmpfs -o size={request.param}k tmpfs "{desk}" && cd "{desk}"'
    real = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        f'{mount} && "$@"; code=$?; ls -A >&2; exit $code',
        "-",
    ]
    if subprocess.run([*real, "true"], capture_output=True, check=False).returncode == 0:
        return real
    blocks = request.param // 16  # the largest file in kilobytes: writing more of it fails
    return ["sh", "-c", f'ulimit -f {blocks}; "$@"; code=$?; ls -A >&2; exit $code', "-"]


@pytest.mark.parametrize("target", ["myservice", "."])
def test_out_of_disk_leaves_nothing(
    desk: Path, environment: dict[str, str], full_disk: Sequence[str], target: str
) -> None:
    done = execute([*full_disk, str(SCAFFOLD), "new", target, *BARE], desk, environment)

    listed_after = done.stderr.rpartition("\nhint: ")[2].splitlines()[1:]
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {target}/ could not be written: ")
    assert listed_after == []


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(desk: Path, environment: dict[str, str]) -> Iterator[Start]:
    """Start `scaffold new` in a process group of its own, as a shell does."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str, **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [SCAFFOLD, "new", *words],
            cwd=desk,
            env=environment | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("target", ["myservice", "."])
def test_interrupted_while_rendering_it_leaves_nothing(
    start: Start, desk: Path, number: signal.Signals, target: str
) -> None:
    process = start(target, *BARE)
    wait_for(lambda: list(desk.glob(f"{STAGING}*")))

    os.killpg(process.pid, number)

    stdout, stderr = process.communicate(timeout=30)
    message = refusal("cancelled; nothing was written", "run the command again to start over")
    assert (process.returncode, stdout, stderr) == (130, "", message)
    assert list(desk.iterdir()) == []


def test_interrupted_while_locking_it_keeps_the_files_and_tells_how_to_go_on(
    start: Start, desk: Path, rendered: dict[str, bytes]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = start(
            "myservice", "--defaults", UV_DEFAULT_INDEX=index, UV_CACHE_DIR=str(desk / "cache")
        )
        silent.settimeout(30)
        with silent.accept()[0]:
            os.killpg(process.pid, signal.SIGINT)
            _, stderr = process.communicate(timeout=30)

    assert process.returncode == 130
    assert stderr.partition("\n")[2] == refusal(  # after the line about the rendering
        "cancelled while locking",
        "the files are all there; go on with `cd myservice && make setup && "
        "git init --initial-branch=main && git add --all && "
        'git commit --message="Start myservice"`',
    )
    assert tree(desk / "myservice") == rendered


@pytest.mark.parametrize("target", ["myservice", "."])
def test_what_a_killed_run_left_behind_does_not_hurt_the_next(
    start: Start, scaffold: Run, desk: Path, rendered: dict[str, bytes], target: str
) -> None:
    here = desk / "myservice"
    process = start(target, *BARE)
    wait_for(lambda: list(desk.glob(f"{STAGING}*/*/*")))
    process.kill()
    process.wait()
    assert not here.exists()

    done = scaffold("new", target, "--project-name", "myservice", *BARE)

    assert done.returncode == 0
    assert tree(here if target == "myservice" else desk) == rendered


def test_killed_at_any_moment_the_target_is_absent_or_whole(
    start: Start, desk: Path, rendered: dict[str, bytes]
) -> None:
    began = time.monotonic()
    start("myservice", "--defaults", "--no-lock").wait()
    whole_run = time.monotonic() - began
    found = []

    for _ in range(20):
        shutil.rmtree(desk / "myservice", ignore_errors=True)
        process = start("myservice", "--defaults", "--no-lock")
        time.sleep(random.uniform(0, whole_run))  # noqa: S311 any moment will do
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        found.append(tree(desk / "myservice"))

    assert all(files in ({}, rendered) for files in found)
