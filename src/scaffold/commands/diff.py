"""`scaffold diff`: what a project has made of the template's files."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold.commands.flags import Folder, Json
from scaffold.errors import Usage
from scaffold.report import Report
from scaffold.update import comparison, project

EPILOG = """\b
Examples:
  scaffold diff
  scaffold diff app/edge Dockerfile
"""


def diff(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Only these files and folders.", show_default=False),
    ] = None,
    *,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """What differs from the template: a patch, on stdout. Your own files are not in it."""
    found, report = project.find(folder), Report("diff", as_json)
    with comparison.compared(found) as compared:
        chosen = [name for path in paths or ["."] for name in _below(path, compared.names)]
        patch = compared.patch(chosen)
        files = [
            {"path": name, "why": why}
            for name, why in compared.differing().items()
            if name in chosen
        ]
    report.show(patch)
    report.finish(
        {
            "project": str(found.folder),
            "release": found.release,
            "files": files,
            "diff": patch.decode(errors="replace"),
        }
    )


def _below(path: str, names: list[str]) -> list[str]:
    wanted = Path(path).as_posix()  # without `./` and a last `/`
    found = [name for name in names if wanted in (".", name) or name.startswith(f"{wanted}/")]
    if not found:
        raise Usage(
            f"{path} is not of the template",
            "files of your own are not compared; `scaffold diff` shows all that are",
        )
    return found
