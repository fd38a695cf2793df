"""Rows of a page: elements or JSON items with the same fields, without the decoys among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from .asking import Run, Scope
from .document import Document
from .fields import Item, Node, read
from .filters import has_all_words
from .jsonpath import json_values
from .pattern import pattern
from .resolve_part import Rows
from .trace import Rejected

LONGEST_LABEL = 80
LONGEST_VALUE = 8192
"""As much as a template gives. Rows within each other would have the whole page's text each."""


@dataclass(frozen=True)
class Row:
    """One row: what is known in it, and the place on the page that it was read from."""

    scope: Scope
    node: Node
    own: frozenset[str] = frozenset()

    def get(self, name: str) -> str:
        """Return a field's value, empty where the row has none."""
        return self.scope.get(f".Result.{name}", "")


@dataclass
class Found:
    """The rows of a group, in order. `seen` counts the rejected ones, too, `tried` all that might be rows."""

    kept: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    seen: int = 0
    tried: int = 0


def rows_of(
    rows: Rows,
    document: Document,
    scope: Mapping[str, str],
    run: Run,
    *,
    most: int,
    within: Row | None = None,
) -> Found:
    """Return the rows of a group. `within` is the row that they are in, if they are rows of a row."""
    found = Found()
    own = frozenset(rows.fields) | (within.own if within else frozenset())
    filled = islice(_nodes(rows, document, None if within is None else within.node), most)
    for node in filled:
        found.tried += 1
        number = {".Row.Number": str(len(found.kept) + 1)}
        row = Row({**scope, **number}, node, own)
        missing = _fill(rows, document, row)
        if missing is None:
            found.seen += 1
        why = missing or _rejected(rows, row)
        if why is None:
            found.kept.append(row)
        elif run.observer is not None:
            found.rejected.append(Rejected(_label(rows, row), why))
    if run.observer is not None:
        kept = [{name: row.get(name) for name in rows.fields} for row in found.kept]
        run.observer.rows(rows.name or "rows", kept, found.rejected)
    return found


def matches(rule: Mapping[str, str], row: Row) -> bool:
    """Return whether all fields that a rule names match."""
    return all(pattern(text).found(row.get(name)) for name, text in rule.items())


def _nodes(rows: Rows, document: Document, node: Node) -> Iterator[Node]:
    if rows.json_path is not None:
        data = node.data if isinstance(node, Item) else document.data
        yield from (Item(value) for value in json_values(data, rows.json_path))
    elif rows.selector is not None:
        element = None if isinstance(node, Item) else node
        yield from document.select(rows.selector, rows.matches, element)


def _fill(rows: Rows, document: Document, row: Row) -> str | None:
    for name, one in rows.fields.items():
        value = read(one, document, row.node, row.scope)
        if value is None and not one.optional:
            return f"missing {name}"
        row.scope[f".Result.{name}"] = (value or "")[:LONGEST_VALUE]
    return None


def _rejected(rows: Rows, row: Row) -> str | None:
    for rule in rows.reject:
        if matches(rule, row):
            return ", ".join(f"{name} matches {text}" for name, text in rule.items())
    if rows.filters and not has_all_words(_label(rows, row), row.scope.get(".Query", "")):
        return "andmatch"
    return None


def _label(rows: Rows, row: Row) -> str:
    named = (row.get(name) for name in ("title", "label", "name") if name in rows.fields)
    return next(filter(None, named), "")[:LONGEST_LABEL]
