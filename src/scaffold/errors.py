"""Refusals: each knows its exit code, what happened, and the way out.

The exit codes are documented in docs/reference/exit-codes.md, one anchor per `code`.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar

Fix = Mapping[str, Mapping[str, str]]  # {"set": answers that would make the command work}


class Refusal(Exception):
    """Something could not be done: disk full, no permission, or a bug."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "failed"

    def __init__(
        self,
        message: str,
        hint: str,
        fixes: Sequence[Fix] = (),
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.fixes = fixes
        self.data = data or {}  # of a run that found or did something before it was refused


class Usage(Refusal):
    exit_code, code = 2, "usage"


class Incompatible(Refusal):
    exit_code, code = 3, "incompatible"


class NotAllowed(Refusal):
    """A team's policy forbids an answer."""

    exit_code, code = 3, "policy"


class ReleaseUnknown(Refusal):
    exit_code, code = 3, "release_unknown"


class AnswerNeeded(Refusal):
    exit_code, code = 4, "answer_needed"


class TargetNotEmpty(Refusal):
    exit_code, code = 5, "target_not_empty"


class TreeDirty(Refusal):
    exit_code, code = 5, "tree_dirty"


class StepFailed(Refusal):
    """A step after the rendering failed. The files are complete and stay."""

    exit_code, code = 6, "step_failed"


class ToolMissing(Refusal):
    exit_code, code = 7, "tool_missing"


class NotReady(Refusal):
    """The machine lacks what a project needs."""

    exit_code, code = 8, "not_ready"


class Outdated(Refusal):
    exit_code, code = 10, "outdated"


class Drifted(Refusal):
    exit_code, code = 10, "drifted"


class Conflicts(Refusal):
    exit_code, code = 11, "conflicts"


class WouldLoseEdits(Refusal):
    """New answers would remove a file that holds edits."""

    exit_code, code = 13, "would_lose_edits"


class Cancelled(Refusal):
    exit_code, code = 130, "cancelled"


def nearest(word: str, valid: Sequence[str]) -> str | None:
    return next(iter(get_close_matches(word, valid, n=1)), None)


def did_you_mean(word: str, valid: Sequence[str], otherwise: str) -> str:
    """The hint for a misspelled word: the nearest valid one, then `otherwise`."""
    guess = nearest(word, valid)
    return f"did you mean `{guess}`? {otherwise}" if guess else otherwise
