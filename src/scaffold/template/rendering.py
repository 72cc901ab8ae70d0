"""Answers → files. The one module that knows Copier, which it imports only when it renders."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

from scaffold import distribution
from scaffold.choices.questions import Answers
from scaffold.template import releases

ANSWERS_FILE = ".copier-answers.yml"

_compiled: dict[tuple[Any, ...], CodeType] = {}


def render(source: Path, folder: Path, answers: Answers, release: str | None = None) -> None:
    """Render `source` into the absent `folder`, byte for byte what `copier copy` would write.

    The project remembers `release`, which is the current one unless said.
    """
    from copier import Settings, run_copy

    with compiling_once(), _without_git():
        run_copy(
            str(source),
            folder,
            data=dict(answers),
            defaults=True,
            quiet=True,
            settings=Settings(),  # else the user's own defaults for Copier leak in
            cleanup_on_error=False,
        )
    _record_provenance(folder / ANSWERS_FILE, release or releases.current())


def _record_provenance(answers_file: Path, release: str) -> None:
    """Write where the template lives for everybody, in place of where this machine has it."""
    home = f"_commit: {release}\n_src_path: {distribution.repository()}\n"
    text = answers_file.read_text(encoding="utf-8")
    folded_line = r"^_src_path: .*\n(?: .*\n)*"
    answers_file.write_text(re.sub(folded_line, home, text, flags=re.MULTILINE), encoding="utf-8")


@contextmanager
def compiling_once() -> Iterator[None]:
    """Copier compiles every part of every path anew: remember, and rendering takes half the time,
    a second render in the same process two thirds of that.

    Right as long as no path of the template holds a `yield` tag, which works while compiling.
    """
    from jinja2 import Environment

    compile_template = Environment.compile

    def remember(
        self: Environment,
        source: Any,
        name: str | None = None,
        filename: str | None = None,
        *raw: Any,
    ) -> Any:
        syntax = (type(self), self.lexer, *self.extensions)
        key = (*syntax, source, name, filename, *raw)
        if key not in _compiled:
            _compiled[key] = compile_template(self, source, name, filename, *raw)
        return _compiled[key]

    setattr(Environment, "compile", remember)  # noqa: B010 mypy takes no assignment to a method
    try:
        yield
    finally:
        setattr(Environment, "compile", compile_template)  # noqa: B010 as above


@contextmanager
def _without_git() -> Iterator[None]:
    """Copier runs git once per file to keep modes in an index that a new folder does not have.

    It also takes a checkout's last commit for its template; the files that lie there are meant.
    """
    from plumbum import local

    with local.env(PATH=""):
        yield
