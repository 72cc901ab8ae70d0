"""What people read about a merge: the plan, what it asks of them, the commit's message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scaffold.choices.answers import differing
from scaffold.choices.questions import said
from scaffold.template.releases import shown
from scaffold.text import counted, listed, rows, wrapped
from scaffold.update.merge import Conflict
from scaffold.update.plan import Plan

EXCERPT = 28  # characters of a line in conflict
WIDTH = 76


@dataclass(frozen=True)
class Notice:
    """Something that a release asks of the people who run the service."""

    version: str
    what: str
    places: Sequence[str] = ()  # where the project still has the old name, as path:line

    @property
    def sentence(self) -> str:
        where = f" (still in {listed(self.places)})" if self.places else ""
        return self.what + where


def screen(plan: Plan, sections: Mapping[str, Sequence[str]]) -> str:
    """The plan: from where to where, how many files change, each that needs a look, and the rest
    that there is to say."""
    table = [
        ("renamed", f"{each.old} → {each.path}", "your edits move with it")
        for each in plan.changes
        if each.old and each.edited
    ]
    table += [("kept", kept.path, kept.why) for kept in plan.kept]
    table += [("in the way", path, "yours, and not committed") for path in plan.in_the_way]
    table += [row for conflict in plan.conflicts for row in _conflict(plan, conflict)]
    told = {**sections, "Notes": plan.notes}
    return (
        f"{_heading(plan)}\n\n  {'   '.join(_counts(plan))}\n"
        + rows(table)
        + "".join(_section(title, sentences) for title, sentences in told.items() if sentences)
    )


def message(title: str, plan: Plan, sections: Mapping[str, Sequence[str]]) -> str:
    """A commit's message that says all, so that a pull request made from it does too."""
    kept = [f"{kept.path}: {kept.why}" for kept in plan.kept]
    told = {**sections, "Kept as they are": kept, "Notes": plan.notes}
    parts = [title, f"{_heading(plan)}\n{', '.join(_counts(plan))}"]
    for name, sentences in told.items():
        if sentences:
            items = [wrapped(sentence, WIDTH, "- ", "  ") for sentence in sentences]
            parts.append("\n".join([f"{name}:", *items]))
    return "\n\n".join(parts) + "\n"


def _heading(plan: Plan) -> str:
    """What changes: the release, or answers."""
    project = plan.project
    steps = [f"{shown(project.release)} → {shown(plan.release)}"]
    if plan.release == project.release:
        answers = differing(project.answers, plan.answers)
        steps = [f"{key} {said(old)} → {said(new)}" for key, (old, new) in answers.items()]
    return f"{project.folder.name}: {'; '.join(steps)}"


def _section(title: str, sentences: Sequence[str]) -> str:
    lines = [wrapped(sentence, WIDTH, "  ", "    ") for sentence in sentences]
    return "\n".join([f"\n{title}", *lines, ""])


def _counts(plan: Plan) -> list[str]:
    kinds = [change.kind for change in plan.changes]
    counts = [(kinds.count(kind), kind) for kind in ("updated", "new", "removed", "renamed")]
    counts += [(len(plan.kept), "kept"), (len(plan.in_the_way), "in the way")]
    told = [f"{count} {what}" for count, what in counts if count]
    if plan.conflicts:
        told.append(counted(len(plan.conflicts), "conflict"))
    return told


def _conflict(plan: Plan, conflict: Conflict) -> list[tuple[str, str, str]]:
    if not conflict.lines:
        return [("conflict", conflict.path, conflict.kind)]
    text = (plan.read(conflict.path) or b"").decode(errors="replace").split("\n")
    return [
        ("conflict", f"{conflict.path}:{first}-{last}", _sides(text[first : last - 1]))
        for first, last in conflict.lines
    ]


def _sides(block: Sequence[str]) -> str:
    """The first line in which both sides of a marked block differ."""
    middle = next((place for place, line in enumerate(block) if line == "======="), len(block))
    yours, theirs = block[:middle], block[middle + 1 :]
    mine = next((line for line in yours if line not in theirs), "(nothing)")
    other = next((line for line in theirs if line not in yours), "(nothing)")
    return f"yours: {_excerpt(mine)}   template: {_excerpt(other)}"


def _excerpt(line: str) -> str:
    text = line.strip()
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"
