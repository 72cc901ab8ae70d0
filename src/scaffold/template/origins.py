"""Which choice brought a file: the answers without which its source would go nowhere.

Sources are placed as Copier places them, by rendering each part of their path; a source with a
part that renders to nothing is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from scaffold.choices import questions
from scaffold.choices.questions import Answer, Answers, Question, Questionnaire, written
from scaffold.template.rendering import ANSWERS_FILE

Origin = tuple[str, ...]  # `auth=jwt`, as flags and words spell it; nothing: it is always there
Known = Mapping[str, Any]


@dataclass(frozen=True)
class _Answered:
    """A set of answers, with what its names in paths render to."""

    asked: Questionnaire
    known: Known
    parts: dict[str, str] = field(default_factory=dict)

    def place(self, parts: tuple[str, ...]) -> str | None:
        """Where a source goes, or nothing."""
        rendered = [self._part(part) for part in parts]
        return PurePath(*rendered).as_posix() if all(rendered) else None

    def _part(self, part: str) -> str:
        if part not in self.parts:
            self.parts[part] = self.asked.template(part).render(**self.known)
        return self.parts[part]


def find(source: Path, answers: Answers) -> dict[str, Origin]:
    """By path in the project."""
    asked = questions.read(source)
    now, others = _answered(asked, answers), _others(asked, answers)
    found = {}
    for parts in _sources(source):
        if (place := now.place(parts)) is not None:
            matter = [question for question in others if _matters(others[question], parts)]
            found[place] = tuple(
                f"{question.key}={_part_of(asked, question, answers, parts)}" for question in matter
            )
    return found


def _sources(source: Path) -> Iterator[tuple[str, ...]]:
    """The paths in the template, by their parts, without the ending that asks for rendering."""
    settings = questions.settings(source)
    top = source / settings.get("_subdirectory", "")
    suffix = settings.get("_templates_suffix", ".jinja")
    for path in sorted(top.rglob("*")):
        if not path.is_dir():
            *folders, name = path.relative_to(top).parts
            yield (*folders, name.removesuffix(suffix))


def _answered(asked: Questionnaire, answers: Answers) -> _Answered:
    return _Answered(asked, asked.known(answers) | {"_copier_conf": {"answers_file": ANSWERS_FILE}})


def _others(asked: Questionnaire, answers: Answers) -> dict[Question, list[_Answered]]:
    """By question, the answers with another one to it."""
    return {
        question: [
            _answered(asked, {**answers, question.key: other})
            for other in question.answers
            if other != answers[question.key]
        ]
        for question in asked.questions
        if question.choices
    }


def _matters(others: list[_Answered], parts: tuple[str, ...]) -> bool:
    return any(other.place(parts) is None for other in others)


def _part_of(
    asked: Questionnaire, question: Question, answers: Answers, parts: tuple[str, ...]
) -> str:
    """The answer; of several choices, those that would bring the source alone."""
    answer: Answer = answers[question.key]
    if isinstance(answer, list):
        answer = [
            choice
            for choice in answer
            if _answered(asked, {**answers, question.key: [choice]}).place(parts) is not None
        ] or answer
    return written(answer)
