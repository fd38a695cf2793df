"""Which server each row of a page belongs to, and which rows are strangers."""

from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from wellspring_common.errors import WellspringError
from wellspring_common.events.scrape import RefreshClass
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from .asking import Run, Scope
from .document import Document
from .pattern import pattern
from .resolve_part import SPECIAL_FIELDS, Resolve, Server
from .rows import LONGEST_LABEL, Row, matches
from .walking import walk

MOST_ROWS = 500
MOST_OF_A_SERVER = 3
MOST_LEADS = 120
MOST_STRANGERS = 10
_LONGEST_KEY = 31
# a second one would use up, or end, the first
_ONE_AT_A_TIME = frozenset({RefreshClass.KILLS_OLD, RefreshClass.SINGLE_USE})


@dataclass(frozen=True)
class Lead:
    """A row that belongs to a server: followed by `reach`, it becomes a candidate.

    `others` are servers that the row may belong to as well, by its final URL. `own` are the fields about the
    file that the row itself has. `done` counts the server's steps that were run already, `failed` is what
    went wrong in them.
    """

    server: Server
    label: str
    scope: Mapping[str, str]
    others: tuple[Server, ...] = ()
    own: frozenset[str] = frozenset()
    owner: str = ""
    done: int = 0
    failed: WellspringError | None = None

    @property
    def key(self) -> str:
        """Return the server's key, where nothing but the final URL can change it."""
        return key_of(self.server, self.scope)

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys of all servers that the row may belong to."""
        return frozenset(key_of(server, self.scope) for server in (self.server, *self.others))


def key_of(server: Server, scope: Mapping[str, str]) -> str:
    """Return a server's key, made of the row where the server says so."""
    if server.key_from is None:
        return server.key
    words = pattern(r"[^a-z0-9]+").split(scope.get(f".Result.{server.key_from}", "").lower(), _LONGEST_KEY)
    return "-".join(word for word in words if word)[:_LONGEST_KEY].strip("-") or server.key


def leads_of(
    resolve: Resolve, document: Document, scope: Scope, run: Run
) -> Generator[Asked, Page, tuple[tuple[Lead, ...], tuple[str, ...]]]:
    """Return the rows that a server knows, and the labels of those that none does."""
    leads: list[Lead] = []
    strangers: list[str] = []
    taken: Counter[tuple[str, str]] = Counter()
    for group in resolve.rows:
        found = yield from walk(group, document, scope, run, most=MOST_ROWS)
        for leaf in found.leaves:
            label = leaf.row.get("label")[:LONGEST_LABEL]
            lead = _lead(resolve, group.name, label, leaf.row, run)
            if run.observer is not None:
                run.observer.matched(label, None if lead is None else lead.key)
            if lead is None:
                if leaf.rows.report is not None and pattern(leaf.rows.report).found(label):
                    strangers.append(label)
                continue
            which = (lead.key, leaf.row.get("quality") if "quality" in leaf.row.own else "")
            taken[which] += 1
            most = 1 if lead.server.refresh_class in _ONE_AT_A_TIME else MOST_OF_A_SERVER
            if taken[which] <= most and len(leads) < MOST_LEADS:
                leads.append(lead)
    return tuple(leads), tuple(strangers[:MOST_STRANGERS])


def _fits(server: Server, group: str | None, row: Row) -> bool:
    return server.rows in {None, group} and matches(server.match, row)


def _lead(resolve: Resolve, group: str | None, label: str, row: Row, run: Run) -> Lead | None:
    fitting = (one for one in resolve.servers if _fits(one, group, row))
    server = next(fitting, None)
    if server is None:
        return None
    others: tuple[Server, ...] = ()
    if server.host is not None:
        others = tuple(one for one in fitting if one.steps in ((), server.steps))
    return Lead(
        server,
        server.name or label or server.key,
        row.scope,
        others,
        own=row.own & frozenset(SPECIAL_FIELDS),
        owner=f"{run.owner}/{server.key}",
    )
