"""Another judge of what is emitted, in an environment of its own: it pins much.

`echo checkov | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-annotate
--no-header --output-file tests/kubernetes/checkov.txt` pins its newest version."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PINS = Path(__file__).with_name("checkov.txt")
UV = [sys.executable, "-m", "uv", "--quiet"]
# Of kustomize's overlays the release's own objects are judged, with namespace and image.
FRAMEWORKS = ("kubernetes", "dockerfile", "github_actions", "secrets")


def find() -> Path:
    """The environment's Python. It is made once for each change of the pins."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "service-scaffold"
    home = cache / f"checkov-{hashlib.sha256(PINS.read_bytes()).hexdigest()[:16]}"
    if not home.exists():
        cache.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f"{home.name}.", dir=cache))
        made_python = str(made / "bin/python")
        subprocess.run([*UV, "venv", "--clear", "--python", sys.executable, str(made)], check=True)
        install = ["pip", "install", "--python", made_python, "--require-hashes", "-r", str(PINS)]
        subprocess.run([*UV, *install], check=True)
        _take(made, home)
    return home / "bin/python"


def _take(made: Path, home: Path) -> None:
    try:
        made.rename(home)
    except OSError:  # another was faster
        shutil.rmtree(made)


def judge(python: Path, folder: Path) -> set[tuple[str, str]]:
    """The checks that fail, with the names of the files."""
    command = [str(python), "-m", "checkov.main", "--directory", ".", "--skip-download"]
    command += ["--quiet", "--compact", "--soft-fail", "--output", "json"]
    command += ["--framework", *FRAMEWORKS]
    run = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=240,
    )
    reports = json.loads(run.stdout)  # one for each framework that had something to judge
    assert not any(report["summary"]["parsing_errors"] for report in reports)
    found: list[Any] = [each for report in reports for each in report["results"]["failed_checks"]]
    return {(each["check_id"], Path(each["file_path"]).name) for each in found}
