"""`scaffold new` on a terminal: a preset, or the questions; then a review, where one answer can be
changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from scaffold import report
from scaffold.asking import review
from scaffold.asking.dialogue import Back, Option, Screen, Terminal
from scaffold.asking.interview import MOST_AT_A_GLANCE, Interview
from scaffold.asking.review import LEAVE, MAKE
from scaffold.choices import answers
from scaffold.choices.answers import Given
from scaffold.choices.presets import Preset
from scaffold.choices.questions import Answers, Question, Questionnaire
from scaffold.errors import Refusal

EACH = ""  # in the place of a preset's name
FIRST_PRESET = "standard"


@dataclass
class Wizard(Interview):
    presets: Mapping[str, Preset] = field(default_factory=dict)  # to offer first
    command: str = ""  # without answers: `scaffold new myservice`
    measure: Callable[[Answers], str] = lambda _: ""  # how much the answers make

    def __post_init__(self) -> None:
        super().__post_init__()
        self.before, self.after = int(bool(self.presets)), 1
        for key in self.named().keys() & self.answered.keys():
            self.given[key] = self.answered.pop(key)

    def ask(self) -> Given:
        """Every answer. Raises KeyboardInterrupt where the person leaves."""
        if self.presets and not self.kept:
            self._offer_presets()
        while True:
            try:
                chosen = self.complete()
                self.given |= {key: chosen[key] for key in chosen if key not in self.answered}
                decision = self.terminal.one(*review.screen(self, chosen), MAKE)
                if decision == MAKE:
                    return chosen
                if decision == LEAVE:
                    raise KeyboardInterrupt
                self._change(self.questionnaire[decision], chosen)
            except Back:
                self._go_back()

    def _offer_presets(self) -> None:
        self.given, self.is_quick = dict(self.start), False
        options = [self._preset_option(preset) for preset in self.presets.values()]
        options.append(Option(EACH, "Choose", "answer one question after the other"))
        possible = [option.value for option in options if not option.obstacle]
        screen = Screen(
            self.heading("Start from"),
            f"1/{self.place().partition('/')[2]}",
            "What is it to be",
            has_back=False,
            is_long=len(options) > MOST_AT_A_GLANCE,
        )
        first = FIRST_PRESET if FIRST_PRESET in possible else possible[0]
        name = self.terminal.one(screen, options, first)
        if name != EACH:
            self.is_quick = True
            self.given |= self.presets[name].answers(self.questionnaire)

    def _preset_option(self, preset: Preset) -> Option:
        """Impossible, if its file is broken or the policy forbids what is in it."""
        named = replace(self.questionnaire, folder="service")  # whatever this one is called
        try:
            given = preset.answers(self.questionnaire)
            locked = self.policy.locked | given
            chosen = answers.complete(named, locked, defaults=True, own=self.own)
            self.policy.judge(self.questionnaire, chosen)
        except Refusal as refusal:
            return Option(preset.name, preset.title, obstacle=refusal.message)
        return Option(preset.name, preset.title, preset.gist(given))

    def _change(self, question: Question, chosen: Given) -> None:
        """Ask one question again, and those whose answers become impossible beside the new one."""
        others = {key: answer for key, answer in chosen.items() if key != question.key}
        change = Interview(
            self.questionnaire,
            self.terminal,
            others,
            self.policy,
            self.own,
            earlier=dict(chosen),
            is_change=True,
        )
        try:
            changed = change.complete()
        except Back:
            return
        for key, answer in changed.items():
            (self.answered if key in self.answered else self.given)[key] = answer

    def _go_back(self) -> None:
        """From the review, or from the first question."""
        try:
            self._take_back()
        except Back:
            if self.presets:
                self._offer_presets()


def terminal(*, plain: bool = False) -> Terminal:
    """How to ask here: with a cursor that moves, or line by line."""
    if plain or not report.can_move_cursor():
        from scaffold.asking.plain import Lines

        return Lines()
    from scaffold.asking.prompts import Prompts

    return Prompts()


def ask_missing(questionnaire: Questionnaire, given: Answers, *, plain: bool = False) -> Given:
    """Every answer: those given, the others asked for."""
    interview = Interview(questionnaire, terminal(plain=plain), given)
    while True:
        try:
            return interview.complete()
        except Back:  # from the first: there is nothing before it
            continue
