"""Writes the synchronous half of the template: the asynchronous one without `async` and `await`.

    .venv/bin/python -m tools.derive_sync

What `app.auth` gives is asynchronous in both halves: there a lane asks the event loop for it.
"""

import ast
import subprocess
import sys
from pathlib import Path

TEMPLATE = Path(__file__).parents[1] / "template"
ASYNC, SYNC = "{{io_async}}", "{{io_sync}}"
BY_HAND = ("/app/database.py", "/app/wire.py")
IN_BOTH = "app.auth"
NAMES = {  # of the asynchronous half, and where the synchronous one finds which
    "AsyncConnection": ("sqlalchemy", "Connection"),
    "AsyncEngine": ("sqlalchemy", "Engine"),
    "AsyncSession": ("sqlalchemy.orm", "Session"),
    "create_async_engine": ("sqlalchemy", "create_engine"),
}
DRIVERS = {"sqlite+aiosqlite": "sqlite", "mysql+aiomysql": "mysql+pymysql"}


def main() -> None:
    for path, text in derived().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def derived() -> dict[Path, str]:
    """What each derived file has to hold."""
    return {
        Path(str(path).replace(ASYNC, SYNC)): derive(path.read_text())
        for path in sorted(TEMPLATE.rglob("*.py"))
        if ASYNC in path.parts and "_slots" not in path.parts and not str(path).endswith(BY_HAND)
    }


def derive(source: str) -> str:
    return _tidied(Derivation(source).text())


class Derivation(ast.NodeVisitor):
    """Changes places in the text, so that comments and lines stay as they are."""

    def __init__(self, source: str) -> None:
        self._source = source.encode()  # as `ast` counts columns
        lines = self._source.splitlines(keepends=True)
        self._starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
        self._changes = set[tuple[int, int, str]]()
        self._imports: dict[str, int] = {}  # of what is asynchronous in both, and where they stand
        self.visit(ast.parse(source))

    def text(self) -> str:
        text = self._source
        for start, end, new in sorted(self._changes, reverse=True):
            text = text[:start] + new.encode() + text[end:]
        return text.decode()

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        start, end = self._span(node)
        if node.module == "sqlalchemy.ext.asyncio":
            found = [NAMES[alias.name] for alias in node.names]
            lines = [f"from {module} import {name}" for module, name in found]
            self._change(start, end, "\n".join(lines))
        elif (node.module or "").startswith(IN_BOTH):
            self._imports |= {alias.name: start for alias in node.names}

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._cut_async(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        self._cut_async(node)

    def visit_Await(self, node: ast.Await) -> None:
        start, end = self._span(node)
        operand = self._span(node.value)[0]
        place = self._imports.get(_root(node.value))
        if place is None:
            self._change(start, operand, "")
            self._cut_parentheses(start, end)
        else:
            self._change(place, place, "from app.lanes import on_loop\n")
            self._change(start, operand, "on_loop(")
            self._change(end, end, ")")
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == "sync_engine":
            self._change(self._span(node.value)[1], self._span(node)[1], "")
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in NAMES:
            self._change(*self._span(node), NAMES[node.id][1])

    def visit_Constant(self, node: ast.Constant) -> None:
        if node.value in DRIVERS:
            self._change(*self._span(node), f'"{DRIVERS[node.value]}"')

    def _cut_async(self, node: ast.AsyncFunctionDef | ast.AsyncWith) -> None:
        start, _ = self._span(node)
        self._change(start, start + len("async "), "")
        self.generic_visit(node)

    def _cut_parentheses(self, start: int, end: int) -> None:
        """Those of `(await x).y`, not those of `f(await x)`."""
        around = self._source[start - 1 : start], self._source[end : end + 1]
        if around == (b"(", b")") and not self._source[start - 2 : start - 1].isalnum():
            self._change(start - 1, start, "")
            self._change(end, end + 1, "")

    def _span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        return start, end

    def _change(self, start: int, end: int, new: str) -> None:
        self._changes.add((start, end, new))


def _root(node: ast.expr) -> str:
    """Of `service.create(x)` it is `service`."""
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _tidied(source: str) -> str:
    """Imports sorted, what is unused dropped, lines as long as in a project."""
    own = 'lint.isort.known-first-party = ["app"]'
    for command in (["check", "--fix", "--select=F401,I"], ["format"]):
        ruff = [str(Path(sys.executable).with_name("ruff")), *command, "--isolated", "--quiet"]
        options = ["--line-length=100", f"--config={own}", "--stdin-filename=derived.py", "-"]
        done = subprocess.run(
            [*ruff, *options], input=source, capture_output=True, text=True, check=True
        )
        source = done.stdout
    return source


if __name__ == "__main__":
    main()
