"""Two previews → what differs, file by file, as `git apply` takes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from io import StringIO

from scaffold.template.origins import Origin
from scaffold.template.preview import Preview


@dataclass(frozen=True)
class Change:
    kind: str  # added, removed, changed
    path: str
    origin: Origin  # of the side that has it; of both, the second
    text: str

    @property
    def added_lines(self) -> int:
        return sum(line.startswith("+") for line in self._body)

    @property
    def removed_lines(self) -> int:
        return sum(line.startswith("-") for line in self._body)

    @property
    def _body(self) -> list[str]:
        """Without what stands above the first place."""
        _, mark, body = self.text.partition("\n@@")
        return body.split("\n") if mark else []


def changes(before: Preview, after: Preview) -> Iterator[Change]:
    for path in sorted(before.contents.keys() | after.contents.keys()):
        if _side(before, path) != _side(after, path):
            has = after if path in after.contents else before
            kind = "changed" if path in before.contents and path in after.contents else None
            kind = kind or ("added" if has is after else "removed")
            text = "".join(_text(before, after, path))
            yield Change(kind, path, has.files[path].origin, text)


def _side(made: Preview, path: str) -> tuple[bytes | None, bool]:
    return made.contents.get(path), path in made.executable


def _text(before: Preview, after: Preview, path: str) -> Iterator[str]:
    yield f"diff --git a/{path} b/{path}\n"
    old, new = path in before.contents, path in after.contents
    if not old:
        yield f"new file mode {_mode(after, path)}\n"
    elif not new:
        yield f"deleted file mode {_mode(before, path)}\n"
    elif _mode(before, path) != _mode(after, path):
        yield f"old mode {_mode(before, path)}\nnew mode {_mode(after, path)}\n"
    names = (f"a/{path}" if old else "/dev/null", f"b/{path}" if new else "/dev/null")
    for line in unified_diff(_lines(before, path), _lines(after, path), *names):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _mode(made: Preview, path: str) -> str:
    return "100755" if path in made.executable else "100644"


def _lines(made: Preview, path: str) -> list[str]:
    """Parted by `\\n` alone, as git does."""
    return StringIO(made.contents.get(path, b"").decode(errors="replace")).readlines()
