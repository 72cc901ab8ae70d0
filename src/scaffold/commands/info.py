"""`scaffold info`: what a project was made from."""

from pathlib import Path

from scaffold import distribution
from scaffold.choices.questions import said
from scaffold.commands.flags import Folder, Json
from scaffold.report import Report
from scaffold.template import releases
from scaffold.template.releases import shown
from scaffold.text import rows
from scaffold.update import project

EPILOG = """\b
Examples:
  scaffold info
  scaffold info --project services/billing --json
"""


def info(*, folder: Folder = Path(), as_json: Json = False) -> None:
    """What this project was made from."""
    found = project.find(folder)
    newest = releases.current()
    table = {
        "template": distribution.repository(),
        "release": shown(found.release),
        "newest": f"{shown(newest)}, of this `scaffold` ({distribution.version()})",
        **{key: said(answer) for key, answer in found.answers.items()},
        "update": "`scaffold update --dry-run` shows it, `scaffold update` does it",
    }
    report = Report("info", as_json)
    report.show(f"{found.folder.name}\n{rows(list(table.items()))}".encode())
    report.finish(
        {
            "project": str(found.folder),
            "template": distribution.repository(),
            "release": found.release,
            "newest": newest,
            "answers": found.answers,
        }
    )
