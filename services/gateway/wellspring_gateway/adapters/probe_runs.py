"""Looks at links that a person asked for: the gateway asks, the health service answers in its table."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from wellspring_common.errors import Permanent
from wellspring_common.events.probes import ProbeRequested
from wellspring_common.ids import uuid7
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database

from ..domain.probing import ProbeFilter
from ..ports.library import Requested
from . import queries

HTTP_ACCEPTED = 202

_TITLE = "select exists (select from catalog.titles where slug = $1 and deleted_at is null)"

_KEEP_KEY = """
insert into catalog.idempotency_keys (key, request_hash, status, response)
values ($1, $2, $3, $4)
on conflict (key) do nothing
returning true
"""

_COLUMNS = """
select id, filter, state, total, done, reasons as counts, before as states_before, after as states_after,
    error, requested_by, requested_at, started_at, finished_at
from health.probe_runs
"""
_RUN = f"{_COLUMNS} where id = $1"
_RECENT = f"{_COLUMNS} order by requested_at desc, id desc limit $1"

_ASKED = """
select event_id, payload, created_at from catalog.outbox
where event_id = $1 and subject = 'probe.requested'
"""
# The index of this condition is as small as the answer.
_NOT_TAKEN_UP = """
select event_id, payload, created_at from catalog.outbox as o
where subject = 'probe.requested' and created_at > $1
    and not exists (select from health.probe_runs as r where r.id = o.event_id)
order by created_at desc
limit $2
"""
WAITING_FOR = timedelta(days=1)
"""A request that nobody took up for so long is listed no more."""


class PostgresProbeRuns:
    """Runs of the health service, with their requests in the gateway's outbox."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def request(self, wanted: ProbeFilter, *, by: str, now: datetime, key: str | None) -> Requested:
        """Ask the health service, once for each key.

        Raises `Permanent` with `unknown_title` or `unknown_episode`, and `idempotency_conflict` where the
        key was used for another wish.
        """
        run_id = uuid7()
        async with self._database.transaction() as connection:
            if wanted.title is not None and not await connection.fetchval(_TITLE, wanted.title):
                raise Permanent(
                    f"There is no title {wanted.title!r}. Its page's address ends in its slug: /title/SLUG.",
                    code="unknown_title",
                )
            episode = wanted.episode_id
            if episode is not None and await connection.fetchrow(queries.HEAD_BY_ID, episode) is None:
                raise Permanent(f"There is no episode {episode}.", code="unknown_episode")
            if key is not None:
                digest = _digest(wanted, by)
                reply = {"id": str(run_id)}
                if not await connection.fetchval(_KEEP_KEY, key, digest, HTTP_ACCEPTED, reply):
                    kept = await connection.fetchrow(queries.KEPT_REPLY, key)
                    if kept is None or kept["request_hash"] != digest:
                        raise Permanent(
                            "That Idempotency-Key was used for another request.", code="idempotency_conflict"
                        )
                    return Requested(UUID(kept["response"]["id"]), deduplicated=True)
            event = ProbeRequested(run_id=run_id, requested_by=by, **wanted.said())
            await self._outbox.add(connection, event, now=now, event_id=run_id)
        return Requested(run_id, deduplicated=False)

    async def one(self, run_id: UUID) -> dict[str, Any] | None:
        """Return a run as far as it has come: one that nobody has taken up yet is queued."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_RUN, run_id)
            if row is not None:
                return dict(row)
            asked = await connection.fetchrow(_ASKED, run_id)
        return None if asked is None else _waiting(asked)

    async def recent(self, limit: int, *, now: datetime) -> list[dict[str, Any]]:
        """Return the newest runs, with those that nobody has taken up yet."""
        async with self._database.connection() as connection:
            waiting = await connection.fetch(_NOT_TAKEN_UP, now - WAITING_FOR, limit)
            taken_up = await connection.fetch(_RECENT, limit)
        found = [*(_waiting(row) for row in waiting), *(dict(row) for row in taken_up)]
        return sorted(found, key=lambda run: (run["requested_at"], run["id"]), reverse=True)[:limit]


def _waiting(asked: asyncpg.Record) -> dict[str, Any]:
    event = ProbeRequested.model_validate_json(asked["payload"])
    return {
        "id": event.run_id,
        "filter": event.model_dump(exclude={"run_id", "requested_by"}, exclude_none=True),
        "state": "queued",
        "total": 0,
        "done": 0,
        "counts": {},
        "states_before": {},
        "states_after": {},
        "error": None,
        "requested_by": event.requested_by,
        "requested_at": asked["created_at"],
        "started_at": None,
        "finished_at": None,
    }


def _digest(wanted: ProbeFilter, by: str) -> bytes:
    return hashlib.sha256(json.dumps(["probe", by, wanted.said()], sort_keys=True).encode()).digest()
