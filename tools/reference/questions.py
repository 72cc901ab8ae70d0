"""What can be chosen, from copier.yml."""

from collections.abc import Iterator

from scaffold import distribution
from scaffold.choices import questions
from scaffold.choices.questions import Question, Questionnaire, written

HEAD = """\
# Questions

Written from [copier.yml](../../copier.yml) by `make reference`.

`scaffold new` asks them one at a time. Each is also a flag, and a key of the file that
`--data-file` reads; flags win over the file, and `--defaults` answers what is left.
"""


def page() -> str:
    asked = questions.read(distribution.source())
    sections = (line for question in asked.questions for line in _section(asked, question))
    return "\n".join([HEAD, *sections])


def _section(asked: Questionnaire, question: Question) -> Iterator[str]:
    default = question.static_default
    yield f"## {question.key}\n"
    yield f"{question.help}: `{question.flag}`.\n"
    if not question.choices:
        yield f"Default: {f'`{default}`' if default else 'made from the name of the folder'}.\n"
        return
    if question.several:
        yield "Takes several, as `a,b` or one flag each; `none` for none of them.\n"
    if asked.sources(question):
        yield f"Default: {', '.join(_defaults(asked, question))}.\n"
    yield "| choice | | what it gives |"
    yield "| --- | --- | --- |"
    for choice in question.choices:
        mark = " (default)" if question.is_default(choice) else ""
        yield f"| `{choice.value}`{mark} | {choice.name} | {choice.gives} |"
    yield ""


def _defaults(asked: Questionnaire, question: Question) -> Iterator[str]:
    """The default beside each answer that it depends on."""
    for beside, default in asked.defaults(question):
        values = (written(answer) for answer in beside.values())
        yield f"`{written(default)}` with {' and '.join(f'`{value}`' for value in values)}"
