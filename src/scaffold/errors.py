"""Refusals: each knows its exit code, what happened, and the way out.

The exit codes are documented in docs/exit-codes.md, one anchor per `code`.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import ClassVar

Fix = Mapping[str, Mapping[str, str]]  # {"set": answers that would make the command work}


class Refusal(Exception):
    """Something could not be done: disk full, no permission, or a bug."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "failed"

    def __init__(self, message: str, hint: str, fixes: Sequence[Fix] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.fixes = fixes


class Usage(Refusal):
    exit_code, code = 2, "usage"


class Incompatible(Refusal):
    exit_code, code = 3, "incompatible"


class AnswerNeeded(Refusal):
    exit_code, code = 4, "answer_needed"


class TargetNotEmpty(Refusal):
    exit_code, code = 5, "target_not_empty"


class StepFailed(Refusal):
    """A step after the rendering failed. The files are complete and stay."""

    exit_code, code = 6, "step_failed"


class ToolMissing(Refusal):
    exit_code, code = 7, "tool_missing"


class Cancelled(Refusal):
    exit_code, code = 130, "cancelled"


def nearest(word: str, valid: Sequence[str]) -> str | None:
    return next(iter(get_close_matches(word, valid, n=1)), None)


def did_you_mean(word: str, valid: Sequence[str], otherwise: str) -> str:
    """The hint for a misspelled word: the nearest valid one, then `otherwise`."""
    guess = nearest(word, valid)
    return f"did you mean `{guess}`? {otherwise}" if guess else otherwise
