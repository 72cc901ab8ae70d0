"""The project's lock file, made by the uv that is installed with this package."""

import os
import re
import subprocess
import sys
from pathlib import Path

from scaffold.errors import StepFailed

RESUME = "make setup"
# As git and pip trust: where a proxy signs anew, the machine knows it and uv's own list does not.
CERTIFICATES = {"UV_SYSTEM_CERTS": "1"}


def lock(folder: Path) -> tuple[str, str]:
    from uv import find_uv_bin

    done = subprocess.run(
        [find_uv_bin(), "lock", "--quiet", "--python", sys.executable],
        cwd=folder,
        env=CERTIFICATES | os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().removeprefix("error: ")
        raise StepFailed(f"`uv lock` failed: {said}", "")
    if not (folder / "uv.lock").exists():
        return "locked", "with the uv workspace that it lies in"
    packages = re.findall(r"^\[\[package\]\]", (folder / "uv.lock").read_text(), re.MULTILINE)
    return "locked", f"{len(packages) - 1} packages"
