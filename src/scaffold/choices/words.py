"""The words of `scaffold set`, `add` and `remove`: choices, with their question or alone."""

from collections.abc import Sequence

from scaffold.choices.answers import Given, as_word, not_a_choice, ordered, read, require_question
from scaffold.choices.questions import NONE, Answer, Answers, Question, Questionnaire
from scaffold.errors import Usage, did_you_mean


def changed(questionnaire: Questionnaire, answers: Answers, words: Sequence[str]) -> Given:
    """`answers` with those of `database=mysql deploy=compose,kubernetes`."""
    values: dict[str, list[str]] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise Usage(f"`{word}` is not `question=choice`", _spelled_out(questionnaire, word))
        require_question(questionnaire, key, f"`{key}`")
        values.setdefault(key, []).append(value)
    return {**answers, **{key: _answer(questionnaire[key], values[key]) for key in values}}


def joined(questionnaire: Questionnaire, answers: Answers, words: Sequence[str]) -> Given:
    """`answers` with the choices named. A question with one answer takes it in place of none."""
    chosen = dict(answers)
    for word in words:
        question, choice = find(questionnaire, word)
        before = chosen[question.key]
        if not isinstance(before, str):
            chosen[question.key] = ordered(question, [*before, choice])
        elif before in (choice, NONE):
            chosen[question.key] = choice
        else:
            raise Usage(
                f"`{question.key}` is `{before}`, and takes one choice",
                f"change it: `scaffold set {question.key}={choice}`",
                fixes=[{"set": {question.key: choice}}],
            )
    return chosen


def left(questionnaire: Questionnaire, answers: Answers, words: Sequence[str]) -> Given:
    """`answers` without the choices named. Refused where the question needs an answer."""
    chosen = dict(answers)
    for word in words:
        question, choice = find(questionnaire, word)
        before = chosen[question.key]
        if not isinstance(before, str):
            chosen[question.key] = [value for value in before if value != choice]
        elif before == choice and NONE in question.values:
            chosen[question.key] = NONE
        elif before == choice:
            others = [value for value in question.values if value != choice]
            ways = " or ".join(f"`scaffold set {question.key}={other}`" for other in others)
            raise Usage(
                f"`{question.key}` needs a choice, and `{choice}` is the one it has",
                f"change it: {ways}",
                fixes=[{"set": {question.key: other}} for other in others],
            )
    return chosen


def _answer(question: Question, values: list[str]) -> Answer:
    if not question.several and len(values) > 1:
        raise Usage(f"`{question.key}` is there twice", "give it one choice")
    return read(question, values if question.several else values[0], as_word(question))


def _spelled_out(questionnaire: Questionnaire, word: str) -> str:
    fits = _having(questionnaire, word)
    if not fits:
        return "name the question and its new answer, for example `database=mysql`"
    return "write " + " or ".join(f"`{question.key}={word}`" for question in fits)


def find(questionnaire: Questionnaire, word: str) -> tuple[Question, str]:
    """The question and the choice: of `kubernetes`, or of `deploy=kubernetes`."""
    key, equals, choice = word.rpartition("=")
    if equals:
        require_question(questionnaire, key, f"`{key}`")
        if choice not in questionnaire[key].values:
            raise not_a_choice(questionnaire[key], choice, f"{key}=")
        return questionnaire[key], choice
    fits = _having(questionnaire, word)
    if not fits:
        values = [value for question in questionnaire.questions for value in question.values]
        choices = ", ".join(dict.fromkeys(value for value in values if value != NONE))
        raise Usage(f"`{word}` is not a choice", did_you_mean(word, values, f"Choices: {choices}"))
    if len(fits) > 1:
        raise Usage(
            f"`{word}` is a choice of {len(fits)} questions",
            "say which: " + " or ".join(f"`{question.key}={word}`" for question in fits),
        )
    return fits[0], word


def _having(questionnaire: Questionnaire, choice: str) -> list[Question]:
    return [question for question in questionnaire.questions if choice in question.values]
