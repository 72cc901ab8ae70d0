"""`scaffold new --dry-run` and `--show`: what would be made. Nothing is written, nothing asked."""

from dataclasses import replace
from pathlib import Path

from scaffold.choices.questions import Questionnaire
from scaffold.choices.settling import Sources, settle
from scaffold.report import Report
from scaffold.target import Target
from scaffold.template import preview


def look(  # noqa: PLR0913, PLR0917 all that the answer depends on
    source: Path,
    questionnaire: Questionnaire,
    place: Target,
    sources: Sources,
    path: str | None,
    report: Report,
) -> None:
    """The file at `path`, else the list of all."""
    settled = settle(questionnaire, place, replace(sources, defaults=True), ask=False)
    with report.waiting("rendering"):
        shown = preview.make(source, settled.answers)
    if path is not None:
        file = shown.file(path)
        report.show(file.content)
        content = file.content.decode(errors="replace")
        report.finish({**settled.data(), "file": file.data, "content": content})
        return
    report.show(shown.tree.encode())
    report.say(f"\n{place.path.name}: {shown.summary}. Nothing was written.")
    report.finish({**settled.data(), **shown.data})
