"""The answers of a wizard that was left, kept for `scaffold new TARGET --resume`."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold import places
from scaffold.choices import answers
from scaffold.choices.answers import Given
from scaffold.choices.questions import Questionnaire
from scaffold.errors import Usage

FORMAT = 1


@dataclass(frozen=True)
class Resumed:
    """What fits the questions of today."""

    answers: Given = field(default_factory=dict)
    earlier: Given = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)  # why others are asked again


@dataclass(frozen=True)
class Draft:
    release: str
    answers: Mapping[str, Any]  # in the order in which they were given
    earlier: Mapping[str, Any]  # taken back, to be selected

    def fitting(self, questionnaire: Questionnaire) -> Resumed:
        """What is no question any more is dropped, what is no choice any more has a reason."""
        resumed = Resumed()
        for question in questionnaire.questions:
            for kept, taken, reasons in (
                (self.answers, resumed.answers, resumed.reasons),
                (self.earlier, resumed.earlier, {}),
            ):
                if question.key in kept:
                    try:
                        before = f"{question.key}: "
                        taken[question.key] = answers.read(question, kept[question.key], before)
                    except Usage as refusal:
                        reasons[question.key] = refusal.message
        return resumed


def save(target: Path, draft: Draft) -> None:
    document = {"format": FORMAT, "target": str(target), "release": draft.release}
    both = {"answers": [*draft.answers.items()], "earlier": [*draft.earlier.items()]}
    places.write(_path(target), json.dumps(document | both, indent=1))


def load(target: Path, shown: str) -> Draft:
    """Raises Usage where there is none, or none that can be read."""
    path = _path(target)
    start = f"start over: `scaffold new {shown}`"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise Usage(f"{path} is of another version of `scaffold`", start)
        kept, earlier = ({**dict(document[key])} for key in ("answers", "earlier"))
        return Draft(str(document["release"]), kept, earlier)
    except FileNotFoundError as error:
        raise Usage(f"no answers are kept for {shown}", start) from error
    except OSError as error:
        raise Usage(f"{path} cannot be read: {error.strerror}", start) from error
    except (ValueError, KeyError, TypeError) as error:
        raise Usage(f"{path} is no draft of answers", start) from error


def has(target: Path) -> bool:
    return places.has(_path(target))


def forget(target: Path) -> None:
    with suppress(OSError):  # the project is there: nobody has to care
        _path(target).unlink()


def _path(target: Path) -> Path:
    """Named after the target for people, and after the whole of its path to be its own."""
    mark = hashlib.sha256(str(target).encode(errors="surrogateescape")).hexdigest()[:12]
    return places.state() / "drafts" / f"{target.name[:50]}-{mark}.json"
