"""What this installation is: its version, its home, and where its template lies."""

import json
from functools import cache
from pathlib import Path

NAME = "service-scaffold"


@cache
def version() -> str:
    from importlib.metadata import version

    return version(NAME)


def commit() -> str | None:
    """The commit that pip installed from, if it was one."""
    from importlib.metadata import distribution

    origin = json.loads(distribution(NAME).read_text("direct_url.json") or "{}")  # PEP 610
    found: str | None = origin.get("vcs_info", {}).get("commit_id")
    return found


@cache
def repository() -> str:
    from importlib.metadata import metadata  # slow, and `scaffold --help` needs none of it

    urls: list[str] = metadata(NAME).get_all("Project-URL") or []
    return dict(line.split(", ", 1) for line in urls)["Repository"]


def source() -> Path:
    """The folder with copier.yml and template/: inside a wheel, else the checkout itself."""
    packaged = Path(__file__).parent / "source"
    return packaged if packaged.is_dir() else Path(__file__).parents[2]


def releases() -> Path:
    """The folder with every release of the template, and what each one changed."""
    return source() / "releases"
