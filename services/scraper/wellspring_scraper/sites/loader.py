"""Definition files: YAML that may only hold data, and errors that say where they are."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.constructor import SafeConstructor

from wellspring_common.errors import Permanent

from .definition import Definition
from .names import Path, misnamings

LARGEST_FILE = 128 * 1024
DEEPEST = 40
MOST_MISTAKES = 100
"""That are told at once: a file of nothing else would have thousands."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same language, ten times as fast where libyaml is there, as it is in all wheels."""


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with a definition file."""

    file: str
    line: int
    field: str
    expected: str

    def __str__(self) -> str:
        where = f" {self.field}:" if self.field else ""
        return f"{self.file}:{self.line}:{where} {self.expected}"


class DefinitionError(Permanent):
    """A definition file that cannot be used, with everything that is wrong with it."""

    code = "bad_definition"

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes[:MOST_MISTAKES]
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def load_definition(text: str, file: str) -> Definition:
    """Return the definition in a file's text. Raises `DefinitionError`."""
    data, lines = _read(text, file)
    if not isinstance(data, dict):
        raise DefinitionError(
            (Mistake(file, 1, "", "expected a mapping with id, name, and resolve or catalog"),)
        )
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        raise DefinitionError(tuple(_mistake(one, lines, file) for one in error.errors())) from None
    wrong = misnamings(definition)
    if wrong:
        raise DefinitionError(
            tuple(
                Mistake(file, _line_of(one.path, lines), _shown(one.path, lines), f"expected {one.expected}")
                for one in wrong
            )
        )
    return definition


def _read(text: str, file: str) -> tuple[Any, dict[Path, int]]:
    if len(text) > LARGEST_FILE:
        raise DefinitionError((Mistake(file, 1, "", f"expected at most {LARGEST_FILE} characters"),))
    lines: dict[Path, int] = {}
    try:
        _check_events(text, file)
        node = yaml.compose(text, Loader=_LOADER)
        return (None if node is None else _value(node, (), lines, file)), lines
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark)
        raise DefinitionError((Mistake(file, line, "", f"expected YAML: {error.problem}"),)) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        raise DefinitionError((Mistake(file, 1, "", "expected YAML in plain text"),)) from None
    except RecursionError:
        raise DefinitionError((Mistake(file, 1, "", "expected less nesting"),)) from None


def _check_events(text: str, file: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            expected = "expected less nesting" if depth > DEEPEST else "expected no aliases (*name)"
            raise DefinitionError((Mistake(file, _line(event.start_mark), "", expected),))


def _line(mark: Any) -> int:
    return 1 if mark is None else int(mark.line) + 1


def _value(node: yaml.Node, path: Path, lines: dict[Path, int], file: str) -> Any:
    lines[path] = _line(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, file)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, index), lines, file) for index, child in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int], file: str) -> dict[Hashable, Any]:
    found: dict[Hashable, Any] = {}
    for key_node, child in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
        line = key_node.start_mark.line + 1
        shown = ".".join(map(str, (*path, key)))
        if not key:
            raise DefinitionError((Mistake(file, line, shown, "expected a name"),))
        if key in found:
            raise DefinitionError((Mistake(file, line, shown, "expected every name once"),))
        found[key] = _value(child, (*path, key), lines, file)
        lines[(*path, key)] = line
    return found


def _scalar(node: yaml.Node) -> Any:
    return SafeConstructor().construct_object(node, deep=True)


def _mistake(error: Any, lines: dict[Path, int], file: str) -> Mistake:
    path: Path = tuple(error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    message = _PHRASES.get(error["type"], message)
    expected = message if message.startswith("expected") else f"expected {message[:1].lower()}{message[1:]}"
    given = error.get("input")
    if isinstance(given, str | int | float | bool) and error["type"] not in {"missing", "extra_forbidden"}:
        expected += f" (found {str(given)[:60]!r})"
    return Mistake(file, _line_of(path, lines), _shown(path, lines), expected)


def _line_of(path: Path, lines: dict[Path, int]) -> int:
    """Return the line of the innermost part of a path that the file has."""
    known: Path = ()
    for part in path:
        # one thing where a list may be has no index in the file
        if (*known, part) in lines:
            known = (*known, part)
    return lines.get(known, 1)


def _shown(path: Path, lines: dict[Path, int]) -> str:
    shown: list[str] = []
    known: Path = ()
    for part in path:
        there = (*known, part) in lines
        known = (*known, part) if there else known
        if there or isinstance(part, str):
            shown.append(str(part))
    return ".".join(shown)


_PHRASES = {
    "missing": "this field, which is missing",
    "extra_forbidden": "no such word here",
}
