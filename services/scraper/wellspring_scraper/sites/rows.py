"""The buttons of a page: which server each belongs to, and which are decoys or strangers."""

from collections.abc import Mapping
from dataclasses import dataclass

from .definition import Rows, Server
from .document import Document
from .fields import read
from .filters import pattern

MOST_ROWS = 500
MOST_OF_A_SERVER = 3
MOST_STRANGERS = 10
LONGEST_LABEL = 80

Scope = dict[str, str]


@dataclass(frozen=True)
class Lead:
    """A row that belongs to a server: followed by `reach`, it becomes a candidate."""

    server: Server
    label: str
    scope: Mapping[str, str]


def rows_of(
    rows: Rows, servers: tuple[Server, ...], document: Document, scope: Scope
) -> tuple[tuple[Lead, ...], tuple[str, ...]]:
    """Return the rows that a server knows, and the labels of those that none does."""
    leads: list[Lead] = []
    strangers: list[str] = []
    for node in document.select(rows.selector)[:MOST_ROWS]:
        row = _row(rows, document, node, scope)
        if row is None or any(_matches(rule, row) for rule in rows.reject):
            continue
        label = row.get(".Result.label", "")[:LONGEST_LABEL]
        server = next((one for one in servers if _matches(one.match, row)), None)
        if server is None:
            if rows.report is not None and pattern(rows.report).found(label):
                strangers.append(label)
        elif sum(lead.server is server for lead in leads) < MOST_OF_A_SERVER:
            leads.append(Lead(server, server.name or label or server.key, row))
    return tuple(leads), tuple(strangers[:MOST_STRANGERS])


def _row(rows: Rows, document: Document, node: object, scope: Scope) -> Scope | None:
    row = dict(scope)
    for name, field in rows.fields.items():
        value = read(field, document, node, row)  # type: ignore[arg-type]
        if value is None and not field.optional:
            return None
        row[f".Result.{name}"] = value or ""
    return row


def _matches(rule: Mapping[str, str], row: Scope) -> bool:
    return all(pattern(text).found(row.get(f".Result.{name}", "")) for name, text in rule.items())
