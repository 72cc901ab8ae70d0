"""Where a person's own files lie: as the XDG Base Directory Specification has it."""

import os
from pathlib import Path

SYSTEM = Path("/etc/xdg/scaffold")  # of a machine, for everybody on it


def settings() -> Path:
    """defaults.yml, policy.yml and presets/."""
    return _folder("XDG_CONFIG_HOME", ".config")


def state() -> Path:
    """What a run leaves for a later one."""
    return _folder("XDG_STATE_HOME", ".local/state")


def _folder(variable: str, otherwise: str) -> Path:
    named = Path(os.environ.get(variable, ""))
    # A relative path is to be ignored, says the specification.
    base = named if named.is_absolute() else Path(os.path.expanduser("~")) / otherwise  # noqa: PTH111 Path.home() raises for a user without one
    return base / "scaffold"


def has(path: Path) -> bool:
    """Whether it is there, as far as one may look: another user's home is none of ours."""
    return os.path.exists(path)  # noqa: PTH110 Path.exists() raises where one may not


def write(path: Path, text: str) -> None:
    """Whole or not at all, for its owner's eyes only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving = path.with_name(f".{path.name}-{os.urandom(4).hex()}")
    try:
        descriptor = os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        arriving.replace(path)
    finally:
        arriving.unlink(missing_ok=True)
