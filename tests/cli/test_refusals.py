"""Every refusal has a test that compares all that it says.

Such a test holds the message as one string and the hint as another, and compares both with what a
run has said. By these strings it is found here; what the source fills in may be anything.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffold import errors
from scaffold.errors import Refusal
from tests import ROOT

KINDS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, Refusal)
}
FILLED_IN = "(?s:.+)"
LINE = re.compile(r"[\w.]*:\d+: ")  # of a file, before what is wrong there

Names = Mapping[str, ast.expr]


@dataclass(frozen=True)
class Place:
    """Where a refusal is made, and what it says, as patterns."""

    name: str
    message: str
    hint: str

    def is_told_in(self, strings: Iterable[str]) -> bool:
        return all(
            any(re.fullmatch(said, each) for each in strings) for said in (self.message, self.hint)
        )


def test_every_refusal_is_compared_as_a_whole() -> None:
    tests = [
        strings(path)
        for part in ("cli", "update")
        for path in (ROOT / "tests" / part).rglob("*.py")
    ]

    untold = [place.name for place in places() if not any(place.is_told_in(each) for each in tests)]

    assert untold == []


def places() -> Iterator[Place]:
    for path in sorted((ROOT / "src/scaffold").rglob("*.py")):
        module = ast.parse(path.read_text())
        for function in ast.walk(module):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            names = {**assigned(module.body), **assigned(ast.walk(function))}
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS:
                    message, hint = (pattern(said, names) for said in node.args[:2])
                    yield Place(f"{path.relative_to(ROOT)}:{node.lineno}", message, hint)


def assigned(nodes: Iterable[ast.AST]) -> Names:
    return {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def pattern(said: ast.expr, names: Names) -> str:
    """What the text of an expression matches."""
    found = FILLED_IN
    match said:
        case ast.Constant(value=str(text)):
            found = re.escape(text)
        case ast.JoinedStr(values=parts):
            found = "".join(pattern(part, names) for part in parts)
        case ast.FormattedValue(value=value):
            found = pattern(value, names)
        case ast.BinOp(left=ast.JoinedStr() as left, right=right):
            found = pattern(left, names) + pattern(right, names)
        case ast.IfExp(body=one, orelse=other):
            found = f"(?:{pattern(one, names)}|{pattern(other, names)})"
        case ast.Name(id=name) if name in names:
            found = pattern(names[name], {key: names[key] for key in names if key != name})
        case ast.Call(func=ast.Name(id="did_you_mean"), args=[*_, otherwise]):
            found = r"(?:did you mean `.+`\? )?" + pattern(otherwise, names)
    return found


def strings(path: Path) -> set[str]:
    """Each that stands in the file, and without the line of another file before it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Constant(value=str(text)):
                found.add(text)
            case ast.JoinedStr(values=parts):
                found.add("".join(_text(part) for part in parts))
    return found | {LINE.sub("", each, count=1) for each in found}


def _text(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "{}"
