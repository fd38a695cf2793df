"""Dead letters for people: find them, look at one, try it again, drop it."""

import json
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from .errors import Permanent
from .events.topology import CONSUMERS
from .postgres import Connection

SCHEMAS = ("catalog", "links", "health", "uploads")
"""Where letters lie: each service's own schema, those of the scraper in `links`."""
STATES = ("open", "replayed", "dropped")
LONGEST_REASON = 1000
LARGEST_ID = 2**63
_NUMBER = re.compile(r"[0-9]{1,19}")
DEEPEST = 100
"""Lists within lists of a payload that is shown as JSON: a message may nest deeper than Python can follow."""

_CONSUMERS = {consumer.name: consumer for consumer in CONSUMERS}
_LISTED = (
    "schema_name as schema, id, consumer, event, code, detail, fingerprint, attempts, replays, state, note, "
    "decided_by, decided_at, created_at, event_id, died_again_as, handled_at, is_sent"
)
_MATCHES = (
    "from public.dead_letters where ($1::text is null or schema_name = $1) "
    "and ($2::text is null or consumer = $2) and ($3::text is null or code = $3) "
    "and ($4::text is null or fingerprint = $4) and ($5::text is null or state = $5) "
    "and ($6::timestamptz is null or created_at >= $6)"
)
_EXACTLY = "from public.dead_letters where schema_name = $1 and id = $2"
_AMONG = (
    "from public.dead_letters join unnest($1::text[], $2::bigint[]) as asked (asked_schema, asked_id) "
    "on schema_name = asked_schema and id = asked_id"
)
_LIST = (
    f"select {_LISTED} {_MATCHES} "
    "and ($8::timestamptz is null or (created_at, schema_name, id) < ($8, $9::text, $10::bigint)) "
    "order by created_at desc, schema_name desc, id desc limit $7"
)
_WAYS = (
    "select min(schema_name) as schema, consumer, code, fingerprint, count(*) as letters, "
    "min(created_at) as oldest, max(created_at) as newest, "
    "(array_agg(schema_name || '/' || id order by created_at desc, id desc))[1] as newest_address "
    f"{_MATCHES} group by consumer, code, fingerprint order by letters desc, newest desc limit $7"
)
_COUNT = f"select count(*) {_MATCHES}"
_ONE = f"select {_LISTED}, subject, headers::text as headers, payload {_EXACTLY}"
_SOME = f"select {_LISTED} {_AMONG}"
_OPEN = "select schema_name, count(*) as letters from public.dead_letters where state = 'open' group by 1"


@dataclass(frozen=True)
class Address:
    """Where a letter lies, written `links/12`."""

    schema: str
    id: int

    def __str__(self) -> str:
        return f"{self.schema}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Return the address that a text means. Raises `Permanent` with `invalid`."""
        schema, _, number = text.strip().partition("/")
        if schema not in SCHEMAS or not (_NUMBER.fullmatch(number) and int(number) < LARGEST_ID):
            raise Permanent(f"{text!r} is no letter: one is written links/12.", code="invalid")
        return cls(schema, int(number))


@dataclass(frozen=True)
class Wanted:
    """Which letters are meant. What is not said does not matter."""

    schema: str | None = None
    consumer: str | None = None
    code: str | None = None
    fingerprint: str | None = None
    state: str | None = "open"
    since: datetime | None = None

    def values(self) -> tuple[str | datetime | None, ...]:
        """Return what the queries take."""
        return (self.schema, self.consumer, self.code, self.fingerprint, self.state, self.since)


async def find(
    connection: Connection, wanted: Wanted, *, limit: int, after: "tuple[datetime, Address] | None" = None
) -> list[dict[str, Any]]:
    """Return letters without their contents, the newest first, from behind one that was made `after[0]`."""
    place = (after[0], after[1].schema, after[1].id) if after is not None else (None, None, None)
    rows = await connection.fetch(_LIST, *wanted.values(), limit, *place)
    return [_told(row) for row in rows]


async def ways(connection: Connection, wanted: Wanted, *, limit: int) -> list[dict[str, Any]]:
    """Return what died in the same way, the most frequent first."""
    rows = await connection.fetch(_WAYS, *wanted.values(), limit)
    return [{**row, "service": service_of(row["consumer"], row["schema"])} for row in rows]


async def outcomes(connection: Connection, addresses: Sequence[Address]) -> dict[Address, str]:
    """Return what became of letters by now."""
    schemas, ids = [each.schema for each in addresses], [each.id for each in addresses]
    rows = await connection.fetch(_SOME, schemas, ids)
    return {Address(row["schema"], row["id"]): outcome_of(dict(row)) for row in rows}


async def count(connection: Connection, wanted: Wanted) -> int:
    """Return how many letters are meant."""
    return int(await connection.fetchval(_COUNT, *wanted.values()))


async def count_open(connection: Connection) -> dict[str, int]:
    """Return how many letters each schema has open, those with none too."""
    found = {row["schema_name"]: int(row["letters"]) for row in await connection.fetch(_OPEN)}
    return {schema: found.get(schema, 0) for schema in SCHEMAS}


async def read(connection: Connection, address: Address) -> dict[str, Any] | None:
    """Return a whole letter: `payload` is the decoded JSON, or nothing beside `raw` where it is none."""
    row = await connection.fetchrow(_ONE, address.schema, address.id)
    if row is None:
        return None
    raw = bytes(row["payload"])
    whole = {"subject": row["subject"], "headers": json.loads(row["headers"])}
    return {**_told(row), **whole, "payload": _decoded(raw), "raw": raw}


async def replay(connection: Connection, address: Address, consumer: str, *, by: str) -> None:
    """Have the outbox bring a letter to its consumer again, to no other.

    Raises `Permanent`: `not_found`, `not_open`, or `consumer_gone` where no consumer of that name is left.
    """
    spec = _CONSUMERS.get(consumer)
    if spec is None:
        raise Permanent(f"Nothing hears for {consumer} any more: drop the letter.", code="consumer_gone")
    with _refusals(address):
        sql = f"select {address.schema}.replay_dead_letter($1, $2, $3)"
        await connection.fetchval(sql, address.id, by, spec.replay)


async def drop(connection: Connection, address: Address, *, by: str, why: str) -> None:
    """Give a letter up for good. Its row and the reason stay for 90 days.

    Raises `Permanent`: `not_found`, `not_open`, or `invalid` without a reason that can be stored.
    """
    reason = why.strip()
    if not reason or len(reason) > LONGEST_REASON or "\x00" in reason:
        raise Permanent(f"Give a reason of at most {LONGEST_REASON} characters.", code="invalid")
    with _refusals(address):
        sql = f"select {address.schema}.drop_dead_letter($1, $2, $3)"
        await connection.fetchval(sql, address.id, by, reason)


def service_of(consumer: str, schema: str) -> str:
    """Return whose consumer this is, else the schema that keeps its letters."""
    spec = _CONSUMERS.get(consumer)
    return spec.service if spec else schema


def outcome_of(letter: Mapping[str, Any]) -> str:
    """Return what became of a letter.

    `open`, `dropped`, `died_again`, `handled`, `waiting` in the outbox, `sent`: published and nothing heard
    since, which is all that is ever known of a consumer without an inbox (the scraper's).
    """
    if letter["state"] != "replayed":
        return str(letter["state"])
    if letter["died_again_as"] is not None:
        return "died_again"
    if letter["handled_at"] is not None:
        return "handled"
    return "sent" if letter["is_sent"] else "waiting"


def _told(row: asyncpg.Record) -> dict[str, Any]:
    hidden = ("headers", "payload", "is_sent", "subject")
    told = {name: value for name, value in row.items() if name not in hidden}
    again = row["died_again_as"]
    return {
        **told,
        "address": f"{row['schema']}/{row['id']}",
        "service": service_of(row["consumer"], row["schema"]),
        "event_id": str(row["event_id"]),
        "outcome": outcome_of(dict(row)),
        "died_again_as": None if again is None else f"{row['schema']}/{again}",
    }


def _decoded(raw: bytes) -> Any:
    """Return what a payload says, or nothing where it could not be written as JSON again."""
    try:
        found = json.loads(raw)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if _depth_fits(found, DEEPEST) else None


def _depth_fits(value: Any, left: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return left > 0 and all(_depth_fits(each, left - 1) for each in inner)


@contextmanager
def _refusals(address: Address) -> Generator[None]:
    try:
        yield
    except asyncpg.NoDataFoundError as error:
        raise Permanent(f"There is no letter {address}.", code="not_found") from error
    except asyncpg.ObjectNotInPrerequisiteStateError as error:
        raise Permanent(f"The letter {address} is {error.args[0]} already.", code="not_open") from error
