"""Who answers: flags, then files and presets, then a person's defaults, then the template's.

A team's policy judges the result. On a terminal the wizard asks for what is missing, and what it
was told is kept when it is left.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold import distribution
from scaffold.asking import drafts
from scaffold.asking.drafts import Resumed
from scaffold.choices import answers, policy, presets
from scaffold.choices.answers import Given
from scaffold.choices.policy import Policy
from scaffold.choices.questions import Answers, Questionnaire
from scaffold.errors import Cancelled
from scaffold.report import Report
from scaffold.target import Target
from scaffold.template import releases

if TYPE_CHECKING:
    from scaffold.asking.wizard import Wizard


@dataclass(frozen=True)
class Sources:
    """Where answers come from, as the command line has it."""

    command: str  # without those that give answers: `scaffold new myservice --no-git`
    flags: Mapping[str, str | list[str] | None]
    data_file: Path | None = None
    preset: str | None = None
    defaults: bool = False
    resume: bool = False
    plain: bool = False

    @property
    def resuming(self) -> str:
        return f"{self.command}{' --plain' * self.plain} --resume"

    def given(self, questionnaire: Questionnaire) -> Given:
        given: Given = {}
        if self.preset is not None:
            given |= presets.answers(questionnaire, self.preset)
        if self.data_file:
            given |= answers.from_file(questionnaire, self.data_file)
        return given | answers.from_flags(questionnaire, self.flags)


@dataclass(frozen=True)
class House:
    """What a person and a team have laid down for all their projects."""

    defaults_file: Path | None
    defaults: Given
    policy: Policy

    @classmethod
    def read(cls, questionnaire: Questionnaire) -> "House":
        path = presets.defaults()
        own = answers.from_file(questionnaire, path) if path else {}
        return cls(path, own, policy.read(questionnaire))


@dataclass(frozen=True)
class Settled:
    answers: Answers
    preset: str | None
    house: House
    is_kept: bool  # as a draft, until the project is there

    def data(self) -> dict[str, Any]:
        """The answers, and which files took part in them."""
        own, rules = self.house.defaults_file, self.house.policy
        return {
            "answers": self.answers,
            "preset": self.preset,
            "defaults_file": str(own) if own else None,
            "policy_file": str(rules.path) if rules.path else None,
            "locked": [*rules.locked],
        }


def settle(questionnaire: Questionnaire, place: Target, sources: Sources, *, ask: bool) -> Settled:
    """Every answer. `ask`: on a terminal, for what is missing."""
    given = sources.given(questionnaire)
    house = House.read(questionnaire)
    house.policy.judge(questionnaire, given)
    resumed = _resumed(questionnaire, place, ask=ask) if sources.resume else Resumed()
    whole = all(question.key in given for question in questionnaire.questions)
    asks = ask and not sources.defaults and (sources.resume or not whole)
    if asks:
        _remind(place, sources)
        chosen = _asked(_wizard(questionnaire, sources, house, given, resumed), place, sources)
    else:
        chosen = answers.complete(
            questionnaire,
            house.policy.locked | resumed.answers | given,
            defaults=sources.defaults or sources.preset is not None,
            own=house.defaults,
        )
    house.policy.judge(questionnaire, chosen)
    return Settled(chosen, sources.preset, house, asks or sources.resume)


def cancelled(sources: Sources) -> Cancelled:
    hint = f"the answers are kept: go on with `{sources.resuming}`"
    return Cancelled("cancelled; nothing was written", hint)


def _remind(place: Target, sources: Sources) -> None:
    if not sources.resume and drafts.has(place.path):
        told = f"answers are kept from before: `{sources.resuming}` goes on with them"
        print(told, file=sys.stderr)


def _wizard(
    questionnaire: Questionnaire, sources: Sources, house: House, given: Given, resumed: Resumed
) -> "Wizard":
    from scaffold.asking import wizard

    begun = given or sources.preset is not None or sources.resume
    return wizard.Wizard(
        questionnaire,
        wizard.terminal(plain=sources.plain),
        given,
        house.policy,
        house.defaults,
        presets={} if begun else presets.known(),
        answered={key: each for key, each in resumed.answers.items() if key not in given},
        earlier=resumed.earlier,
        reasons={key: why for key, why in resumed.reasons.items() if key not in given},
        is_quick=sources.preset is not None,
        command=sources.command,
        measure=_measurer(Report("new", as_json=False, plain=sources.plain)),
    )


def _asked(asking: "Wizard", place: Target, sources: Sources) -> Given:
    from scaffold.asking import review

    try:
        chosen = asking.ask()
    except KeyboardInterrupt as error:
        if not asking.kept:
            raise
        raise _left(asking, place, sources) from error
    print(review.record(asking, chosen), file=sys.stderr)
    with suppress(OSError):  # only to be safe: it may well not be needed
        _keep(asking, place)
    return chosen


def _measurer(report: Report) -> Callable[[Answers], str]:
    """How many files and lines the answers make; rendered once for each set of them."""
    from scaffold.template import preview

    measured: dict[str, str] = {}

    def measure(chosen: Answers) -> str:
        key = repr(sorted(chosen.items()))
        if key not in measured:
            with report.waiting("measuring"):
                measured[key] = preview.make(distribution.source(), chosen).summary
        return measured[key]

    return measure


def _left(asking: "Wizard", place: Target, sources: Sources) -> Cancelled:
    try:
        _keep(asking, place)
    except OSError as error:
        hint = f"the answers could not be kept ({error.strerror}): start over"
        return Cancelled("cancelled; nothing was written", hint)
    return cancelled(sources)


def _keep(asking: "Wizard", place: Target) -> None:
    draft = drafts.Draft(releases.current(), asking.named() | asking.kept, asking.earlier)
    drafts.save(place.path, draft)


def _resumed(questionnaire: Questionnaire, place: Target, *, ask: bool) -> Resumed:
    draft, now = drafts.load(place.path, place.shown), releases.current()
    if ask and draft.release != now:
        print(
            f"answers of template {draft.release}, this is {now}: what no longer fits comes again",
            file=sys.stderr,
        )
    return draft.fitting(questionnaire)
