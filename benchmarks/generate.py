"""How fast is `scaffold new`? Ratios of whole processes, measured in one interleaved run.

    .venv/bin/python benchmarks/generate.py [--rounds 15]

* `scaffold new`: without lock and git, every default taken.
* `copier copy`: the same answers from a plain copy of the template (from a clone it is slower).
* `floor`: this file as a process that renders the same files with one cold sandboxed Jinja
  environment and nothing else: no questions, no checks.
* `scaffold --help` beside `python -c "import typer"`.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from jinja2 import Template

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
GOAL = 0.75


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--floor", nargs=2, metavar=("SOURCE", "TARGET"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        render_floor(*map(Path, options.floor))
        return
    with tempfile.TemporaryDirectory() as scratch:
        measure(Path(scratch), options.rounds)


def measure(scratch: Path, rounds: int) -> None:
    source = scratch / "source"
    shutil.copytree(ROOT / "template", source / "template")
    shutil.copy(ROOT / "copier.yml", source)
    commands: dict[str, Callable[[Path], Sequence[str | Path]]] = {
        "floor": lambda target: [sys.executable, __file__, "--floor", source, target],
        "scaffold new": lambda target: [
            BIN / "scaffold", "new", target, "--defaults", "--no-git", "--no-lock",
        ],
        "copier copy": lambda target: [BIN / "copier", "copy", "--defaults", source, target],
        "import typer": lambda _: [sys.executable, "-c", "import typer"],
        "scaffold --help": lambda _: [BIN / "scaffold", "--help"],
        "scaffold new --help": lambda _: [BIN / "scaffold", "new", "--help"],
    }  # fmt: skip
    seconds = interleave(commands, scratch, rounds)
    report(seconds, rounds)


def interleave(
    commands: dict[str, Callable[[Path], Sequence[str | Path]]], scratch: Path, rounds: int
) -> dict[str, list[float]]:
    """Seconds of each command, by round. The first round warms the caches and is left out."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        target = scratch / "myservice"  # the same name for all: it is the default answer
        for name in reversed(commands) if turn % 2 else commands:
            took = time(commands[name](target))
            shutil.rmtree(target, ignore_errors=True)
            if turn:
                seconds[name].append(took)
    return seconds


def time(command: Sequence[str | Path]) -> float:
    # Without bytecode every process would compile its imports anew.
    drop = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in drop}
    started = perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return perf_counter() - started


def report(seconds: dict[str, list[float]], rounds: int) -> None:
    print(f"{rounds} rounds of whole processes, interleaved: median [min..max]\n")
    for name, took in seconds.items():
        print(f"{name:<36}{summary([1000 * value for value in took], 0)} ms")
    print()
    for name, other, goal in (
        ("scaffold new", "copier copy", f"   goal: at most {GOAL}"),
        ("scaffold new", "floor", ""),
        ("copier copy", "floor", ""),
        ("scaffold --help", "import typer", ""),
        ("scaffold new --help", "import typer", ""),
    ):
        ratios = [mine / theirs for mine, theirs in zip(seconds[name], seconds[other], strict=True)]
        print(f"{name + ' / ' + other:<36}{summary(ratios, 2)}{goal}")


def summary(values: Sequence[float], digits: int) -> str:
    median, low, high = statistics.median(values), min(values), max(values)
    return f"{median:6.{digits}f} [{low:.{digits}f}..{high:.{digits}f}]"


def render_floor(source: Path, target: Path) -> None:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    document = yaml.safe_load((source / "copier.yml").read_text())
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(source),
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        keep_trailing_newline=True,
        **{**document["_envops"], "undefined": StrictUndefined},
    )
    context = answers(document, environment.from_string, target)
    root = source / document["_subdirectory"]
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        if path.is_dir() or {"_slots", "__pycache__"} & set(parts):
            continue
        rendered = [environment.from_string(part).render(context) for part in parts]
        if all(rendered):
            destination = target.joinpath(*rendered)
            destination.parent.mkdir(parents=True, exist_ok=True)
            if destination.suffix == ".jinja":
                text = environment.get_template(path.relative_to(source).as_posix()).render(context)
                destination.with_suffix("").write_text(text)
            else:
                destination.write_bytes(path.read_bytes())


def answers(
    document: dict[str, Any], template: "Callable[[str], Template]", target: Path
) -> dict[str, Any]:
    context: dict[str, Any] = {"_folder_name": target.name}
    for key, question in document.items():
        if not key.startswith("_"):
            value = question["default"]
            if isinstance(value, str):
                value = template(value).render(context)
            is_text = isinstance(value, str) and question["type"] == "yaml"
            context[key] = yaml.safe_load(value) if is_text else value
    visible = {key for key in context if "when" not in document.get(key, "when")}
    context["_copier_answers"] = {key: context[key] for key in visible}
    context["_copier_conf"] = {"answers_file": ".copier-answers.yml"}
    return context


if __name__ == "__main__":
    main()
