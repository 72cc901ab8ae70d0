"""A YAML file that a person wrote: its values, and the line of each, to name what is wrong."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import Refusal, Usage


@dataclass(frozen=True)
class Document:
    path: Path
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    @contextmanager
    def at(self, key: str) -> Iterator[None]:
        """A refusal inside the block is told with the place of `key`."""
        try:
            yield
        except Refusal as refusal:
            place = f"{self.path}:{self.lines[key]}"
            raise Usage(f"{place}: {refusal.message}", refusal.hint, refusal.fixes) from refusal


def read(path: Path, example: str) -> Document:
    """Raises Usage, whose hint is `example`, for what is no mapping with text for keys."""
    try:
        loader = _UniqueKeys(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Usage(f"{path} cannot be read: {error.strerror}", "give a YAML file") from error
    except UnicodeDecodeError as error:
        raise Usage(f"{path} is not UTF-8 text", example) from error
    except yaml.YAMLError as error:  # a character that YAML has not
        raise Usage(f"{path} is not YAML: {_problem(error)}", example) from error
    try:
        node = loader.get_single_node()
        values = node and loader.construct_document(node)
    except yaml.YAMLError as error:
        raise Usage(f"{path}{_line(error)} is not YAML: {_problem(error)}", example) from error
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        raise Usage(f"{path} holds no `key: value`", example)
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
    for key, _ in node.value:
        if key.tag != "tag:yaml.org,2002:str":
            line = key.start_mark.line + 1
            raise Usage(f"{path}:{line}: `{key.value}` is not text", "put the key in quotes")
    return Document(path, values, lines)


def _line(error: yaml.YAMLError) -> str:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return f":{mark.line + 1}" if mark else ""


def _problem(error: yaml.YAMLError) -> str:
    said = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
    return said or str(error).replace("\n", " ")


class _UniqueKeys(yaml.SafeLoader):
    """Refuses the same key twice: YAML itself takes the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"`{key.value}` is there twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)
