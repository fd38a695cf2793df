"""Rows of the services' outboxes that somebody has to look at, or that have to be told again."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from .console import Failure
from .reading import connected

SCHEMAS = ("catalog", "links", "health", "uploads")
COMMAND_S = 600.0
"""Republishing touches every row of a month, at most."""
_SINCE = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class StuckRow:
    """One row that the broker will never take as it is."""

    schema: str
    id: int
    subject: str
    created_at: datetime
    reason: str

    def plain(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "created_at": self.created_at.isoformat()}


def since_of(text: str) -> timedelta:
    """Return how long ago `90s`, `30m`, `2h` or `3d` means. Raises `Failure`."""
    found = _SINCE.fullmatch(text)
    if found is None:
        raise Failure(f"{text!r} is no length of time.", "Write it as 90s, 30m, 2h or 3d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def schemas_of(named: str | None) -> tuple[str, ...]:
    """Return the schemas that are meant. Raises `Failure`."""
    if named is None:
        return SCHEMAS
    if named not in SCHEMAS:
        raise Failure(f"There is no outbox in {named!r}.", f"Outboxes are in: {', '.join(SCHEMAS)}.")
    return (named,)


async def republish(url: str, since: timedelta, schemas: tuple[str, ...]) -> dict[str, int]:
    """Set what was published in a window back to new, and return how many rows of each schema.

    For a broker that lost its data: one that did not knows the message ids of the last ten minutes, and
    whoever hears an event again knows it by its id.
    """
    return await _each(
        url,
        schemas,
        "update {schema}.outbox set state = 'new', published_at = null, not_before = '-infinity' "
        "where state = 'published' and published_at > now() - $1::interval",
        since,
    )


async def retry_stuck(url: str, schemas: tuple[str, ...]) -> dict[str, int]:
    """Try what is stuck again, and return how many rows of each schema."""
    return await _each(
        url,
        schemas,
        "update {schema}.outbox set state = 'new', not_before = '-infinity' where state = 'stuck'",
    )


async def stuck_rows(url: str, schemas: tuple[str, ...]) -> list[StuckRow]:
    """Return what is stuck, oldest first. Raises `Failure`."""
    async with connected(url, patience_s=COMMAND_S) as connection:
        return [
            StuckRow(schema, *row)
            for schema in schemas
            for row in await connection.fetch(
                f"select id, subject, created_at, coalesce(last_error, '') as reason from {schema}.outbox "  # noqa: S608  (one of ours)
                "where state = 'stuck' order by id"
            )
        ]


async def _each(url: str, schemas: tuple[str, ...], sql: str, *arguments: object) -> dict[str, int]:
    changed = {}
    async with connected(url, patience_s=COMMAND_S) as connection:
        for schema in schemas:
            said = await connection.execute(sql.format(schema=schema), *arguments)
            changed[schema] = int(said.rpartition(" ")[2])
            if changed[schema]:
                await connection.execute("select pg_notify($1, '')", f"outbox_{schema}")
    return changed
