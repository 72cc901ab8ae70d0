"""How fast is `scaffold update`? Ratios of whole processes, measured in one interleaved run.

    .venv/bin/python -m benchmarks.update [--rounds 9]

The default project, with a few edits of its owner's, goes from a release to the next one, in which
the template has changed twelve files, added two, and dropped one. Both commands read the releases
from the same bundle; `copier` from a clone of it on this disk.

* `scaffold update`: plan, merge, commit; without the lock file.
* `scaffold update --dry-run`: the plan alone.
* `copier update`: the same answers and the same two releases.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.generate import summary
from scaffold.choices import answers, questions
from scaffold.template import rendering
from tools.release import bundle

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
GOALS = {"scaffold update": 0.6, "scaffold update --dry-run": 0.5}
OLD, NEW = "v1.0.0", "v2.0.0"

# As if `scaffold` had been installed with the releases in the folder that is the next word.
PROGRAM = """\
import pathlib, sys
from scaffold import cli, distribution
home = pathlib.Path(sys.argv.pop(1))
distribution.source = lambda: home / "v2.0.0"
distribution.releases = lambda: home
distribution.version = lambda: "2.0.0"
cli.main()
"""
NEUTRAL = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "ada"), ("EMAIL", "ada@example.com"))
    },
}


@dataclass(frozen=True)
class Command:
    words: Sequence[str | Path]
    project: Path  # as it was before the update


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report(interleave(prepare(Path(scratch)), Path(scratch), options.rounds), options.rounds)


def prepare(scratch: Path) -> dict[str, Command]:
    home = scratch / "releases"
    for name, change in ((OLD, lambda _: None), (NEW, next_release)):
        shutil.copytree(ROOT / "template", home / name / "template", symlinks=True)
        shutil.copy(ROOT / "copier.yml", home / name)
        change(home / name / "template")
    bundle({name: home / name for name in (OLD, NEW)}, home / "template.bundle")
    git(scratch, "clone", "--quiet", str(home / "template.bundle"), "clone")
    scaffold: list[str | Path] = [sys.executable, "-c", PROGRAM, home, "update", "--no-lock"]
    copier: list[str | Path] = [BIN / "copier", "update", "--defaults", "--quiet"]
    mine, theirs = make(scratch / "mine", home / OLD), make(scratch / "theirs", home / OLD)
    recorded = theirs / rendering.ANSWERS_FILE
    recorded.write_text(as_copier_finds_it(recorded.read_text(), scratch / "clone"))
    git(theirs, "commit", "--quiet", "--all", "--message", "Where the template is")
    return {
        "scaffold update": Command(scaffold, mine),
        "scaffold update --dry-run": Command([*scaffold, "--dry-run"], mine),
        "copier update": Command(copier, theirs),
    }


def next_release(template: Path) -> None:
    plain = sorted(path for path in (template / "app").rglob("*.py") if path.stat().st_size)
    for path in plain[:12]:
        path.write_text(path.read_text() + "\n# A line of the next release.\n")
    for name in ("one", "two"):
        (template / f"app/{name}.py").write_text('"""New in the next release."""\n')
    plain[-1].unlink()


def make(folder: Path, source: Path) -> Path:
    """The default project of the old release, in a repository, edited."""
    project = folder / "myservice"
    folder.mkdir()
    asked = questions.read(source, project.name)
    rendering.render(source, project, answers.complete(asked, {}, defaults=True), OLD)
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Start")
    for path in sorted((project / "app").rglob("*.py"))[::6]:
        path.write_text("# A line of its owner's.\n" + path.read_text())
    git(project, "commit", "--quiet", "--all", "--message", "Edit")
    return project


def as_copier_finds_it(recorded: str, clone: Path) -> str:
    lines = recorded.splitlines(keepends=True)
    return "".join(f"_src_path: {clone}\n" if "_src_path:" in line else line for line in lines)


def interleave(commands: dict[str, Command], scratch: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of each command, by round. The first round warms the caches and is left out."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name in reversed(commands) if turn % 2 else commands:
            place = scratch / "run/myservice"  # the same name for all
            shutil.copytree(commands[name].project, place, symlinks=True)
            git(place, "status")  # its index knows the copies, as a project in use does
            took = time(commands[name].words, place)
            recorded = (place / rendering.ANSWERS_FILE).read_text()
            assert (f"_commit: {NEW}" in recorded) == ("--dry-run" not in name)  # noqa: S101 it did
            shutil.rmtree(place)
            if turn:
                seconds[name].append(took)
    return seconds


def time(command: Sequence[str | Path], place: Path) -> float:
    # Without bytecode every process would compile its imports anew.
    drop = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in drop}
    started = perf_counter()
    subprocess.run(command, cwd=place, check=True, capture_output=True, env=environment | NEUTRAL)
    return perf_counter() - started


def git(folder: Path, *words: str) -> None:
    environment = os.environ | NEUTRAL
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, env=environment)


def report(seconds: dict[str, list[float]], rounds: int) -> None:
    print(f"{rounds} rounds of whole processes, interleaved: median [min..max]\n")
    for name, took in seconds.items():
        print(f"{name:<44}{summary([1000 * value for value in took], 0)} ms")
    print()
    for name, goal in GOALS.items():
        pairs = zip(seconds[name], seconds["copier update"], strict=True)
        ratios = [mine / theirs for mine, theirs in pairs]
        print(f"{name + ' / copier update':<44}{summary(ratios, 2)}   goal: at most {goal}")


if __name__ == "__main__":
    main()
