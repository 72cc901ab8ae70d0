"""Questions on a terminal, one after the other, and back.

What was answered is a journal. Going back takes its last entry away, and before each question the
journal is replayed from the start: so what depends on a changed answer is judged anew.
"""

from dataclasses import dataclass, field

from scaffold.asking import review
from scaffold.asking.dialogue import Back, Option, Screen, Terminal
from scaffold.choices import answers
from scaffold.choices.answers import NOTHING, Given
from scaffold.choices.policy import Policy
from scaffold.choices.questions import Answer, Answers, Choice, Question, Questionnaire, choices_in
from scaffold.errors import Incompatible

MOST_AT_A_GLANCE = 7
MOST_SCREENS = 8


@dataclass
class Interview:
    questionnaire: Questionnaire
    terminal: Terminal
    start: Answers  # what need not be asked: flags, files
    policy: Policy = field(default_factory=Policy)
    own: Answers = field(default_factory=dict)  # a person's defaults
    answered: Given = field(default_factory=dict)  # the journal
    earlier: Given = field(default_factory=dict)  # taken back: selected when it is asked again
    reasons: dict[str, str] = field(default_factory=dict)  # why a question comes again
    dropped: Given = field(default_factory=dict)  # impossible now, perhaps not after the way back
    before: int = 0  # screens that are no questions
    after: int = 0
    is_quick: bool = False  # what has no answer is its default
    is_change: bool = False  # of one answer

    def __post_init__(self) -> None:
        self.given: Given = dict(self.start)

    @property
    def kept(self) -> Given:
        return self.given | self.answered

    def named(self) -> Given:
        """What the name of the folder answers, if that will do."""
        return {
            question.key: self.questionnaire.default(question, NOTHING)
            for question in self.questionnaire.questions
            if self._names_itself(question)
        }

    def complete(self) -> Given:
        """Every answer, without presets and review. Raises Back from the first question."""
        while True:
            chosen, question = self._replay()
            if question is None:
                return chosen
            try:
                self.answered[question.key] = self._put(question, chosen)
            except Back:
                self._take_back()

    def obstacle(self, question: Question, choice: Choice, chosen: Answers) -> str:
        possible = self.questionnaire.obstacle(choice, chosen)
        return possible or self.policy.obstacle(question, choice.value)

    def place(self, question: Question | None = None) -> str:
        """Of the question, or of the review, among the screens."""
        if self.is_quick or self.is_change:
            return ""
        keys = [each.key for each in self.questionnaire.questions if self._is_asked(each, question)]
        last = self.before + len(keys) + self.after
        return f"{self.before + keys.index(question.key) + 1 if question else last}/{last}"

    def heading(self, what: str) -> str:
        return f"{self.questionnaire.folder} · {what}"

    def has_back(self) -> bool:
        return bool(self.answered or self.before or self.is_change)

    def _replay(self) -> tuple[Given, Question | None]:
        """The answers up to the first question that has to be asked, and that question."""
        chosen: Given = {}
        for question in self.questionnaire.questions:
            answer = self._known(question, chosen)
            if answer is not None and (problem := self._problem(question, answer, chosen)):
                self._drop(question, answer, problem)
                answer = None
            if answer is None:
                return chosen, question
            chosen[question.key] = answer
        return chosen, None

    def _known(self, question: Question, chosen: Answers) -> Answer | None:
        key = question.key
        if key in self.policy.locked:
            answers.check(self.questionnaire, question, self.policy.locked[key], chosen)
            return self.policy.locked[key]
        if key in self.kept:
            return self.kept[key]
        if key in self.reasons:
            return None
        if self.is_quick or self._names_itself(question) or self._waits(question):
            return answers.default(self.questionnaire, question, chosen, self.own)
        return None

    def _names_itself(self, question: Question) -> bool:
        if not self.after or self.questionnaire.sources(question):
            return False
        made = self.questionnaire.default(question, NOTHING) if not question.static_default else ""
        return bool(made) and not self.questionnaire.problem(question, made, NOTHING)

    def _is_asked(self, question: Question, current: Question | None) -> bool:
        if question == current or question.key in self.answered:
            return True
        return self._is_open(question) and not self._waits(question)

    def _waits(self, question: Question) -> bool:
        """For the review, where the screens are too many: a text that has a default."""
        if not self.after or not question.static_default or question.choices:
            return False
        asked = [
            each.key in self.answered or self._is_open(each)
            for each in self.questionnaire.questions
        ]
        seen = question.key in self.earlier
        return not seen and self.before + sum(asked) + self.after > MOST_SCREENS

    def _is_open(self, question: Question) -> bool:
        known = question.key in self.given or question.key in self.policy.locked
        return not known and not self._names_itself(question)

    def _problem(self, question: Question, answer: Answer, chosen: Answers) -> str:
        forbidden = (
            f"`{value}` is {obstacle}"
            for value in choices_in(answer)
            if (obstacle := self.policy.obstacle(question, value))
        )
        impossible = answers.problem(self.questionnaire, question, answer, chosen)
        return impossible or next(forbidden, "")

    def _drop(self, question: Question, answer: Answer, problem: str) -> None:
        self.given.pop(question.key, None)
        self.answered.pop(question.key, None)
        self.earlier[question.key] = self.dropped[question.key] = answer
        self.reasons[question.key] = problem

    def _take_back(self) -> None:
        if not self.answered:
            raise Back
        key, answer = self.answered.popitem()
        self.earlier[key] = answer
        self.is_quick = False
        self.given |= self.dropped
        self.reasons = {key: self.reasons[key] for key in self.reasons if key not in self.dropped}
        self.dropped = {}

    def _put(self, question: Question, chosen: Answers) -> Answer:
        """Ask until the answer will do."""
        default = answers.default(self.questionnaire, question, chosen, self.own)
        answer, note = self.earlier.get(question.key, default), self.reasons.get(question.key, "")
        while True:
            answer = self._prompt(question, chosen, answer, note)
            note = self._problem(question, answer, chosen)
            if not note:
                self.reasons.pop(question.key, None)
                return answer

    def _prompt(self, question: Question, chosen: Answers, selected: Answer, note: str) -> Answer:
        screen = Screen(
            self.heading(review.title(question)),
            self.place(question),
            question.help,
            note,
            has_back=self.has_back(),
            keeps=bool(self.after) or self.is_change,
            is_long=len(question.choices) > MOST_AT_A_GLANCE,
        )
        if not question.choices:
            # A default that is refused would only have to be deleted.
            fits = note or not self.questionnaire.problem(question, selected, chosen)
            return self.terminal.text(screen, str(selected) if fits else "")
        options = [
            Option(each.value, each.name, each.gives, self.obstacle(question, each, chosen))
            for each in question.choices
        ]
        possible = [option.value for option in options if not option.obstacle]
        if question.several:
            checked = [value for value in possible if value in selected]
            return self.terminal.several(screen, options, checked) if possible else []
        if not possible:
            reasons = "; ".join(f"`{option.value}` {option.obstacle}" for option in options)
            raise Incompatible(
                f"no choice of `{question.key}` is possible: {reasons}",
                "give other answers before it, or ask those who wrote the policy",
            )
        first = selected if isinstance(selected, str) and selected in possible else possible[0]
        return self.terminal.one(screen, options, first)
