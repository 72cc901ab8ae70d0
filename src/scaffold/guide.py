"""docs/questions.md, written from copier.yml: `python -m scaffold.guide > docs/questions.md`."""

from collections.abc import Iterator

from scaffold import distribution, questions
from scaffold.questions import Question

HEAD = """\
# Questions

Written from [copier.yml](../copier.yml) by `python -m scaffold.guide`.

`scaffold new` asks them one at a time. Each is also a flag, and a key of the file that
`--data-file` reads; flags win over the file, and `--defaults` answers what is left.
"""


def page() -> str:
    asked = questions.read(distribution.source()).questions
    return "\n".join([HEAD, *(line for question in asked for line in _section(question))])


def _section(question: Question) -> Iterator[str]:
    default = question.static_default
    yield f"## {question.key}\n"
    yield f"{question.help}: `{question.flag}`.\n"
    if not question.choices:
        yield f"Default: {f'`{default}`' if default else 'made from the name of the folder'}.\n"
        return
    if question.several:
        yield "Takes several, as `a,b` or one flag each; `none` for none of them.\n"
    yield "| choice | | what it gives |"
    yield "| --- | --- | --- |"
    for choice in question.choices:
        mark = " (default)" if choice.value in (default or "").split(",") else ""
        yield f"| `{choice.value}`{mark} | {choice.name} | {choice.gives} |"
    yield ""


if __name__ == "__main__":
    print(page(), end="")
