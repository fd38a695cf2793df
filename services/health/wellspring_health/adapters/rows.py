"""Rows of health's tables as the domain knows them, and back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg

from ..domain.breakers import Breaker, OwnNetwork, Position
from ..domain.evidence import Cause, Run
from ..domain.looks import Checked, DueLink
from ..domain.verdict import Health, State

LONG_AGO = datetime.fromtimestamp(0, UTC)


def due_link(row: asyncpg.Record) -> DueLink:
    """Return a claimed link."""
    return DueLink(
        link_id=row["link_id"],
        generation=row["generation"],
        episode_id=row["episode_id"],
        title_id=row["title_id"],
        source_id=row["source_id"],
        server=row["server"],
        host=row["host"],
        url=row["url"],
        headers=row["headers"],
        health=Health(
            state=State(row["state"]),
            strikes=row["strikes"],
            reason=row["reason"],
            last_ok_at=row["last_ok_at"],
            next_check_at=row["next_check_at"],
            run=_run(row),
        ),
        size_bytes=row["size_bytes"],
        guessed_until=row["guessed_until"],
        plays_per_day=row["plays"],
        wanted_at=row["wanted_at"],
    )


def _run(row: asyncpg.Record) -> Run | None:
    if row["evidence_class"] is None:
        return None
    return Run(
        Cause(row["evidence_class"]), row["evidence_count"], row["evidence_first_at"], row["evidence_last_at"]
    )


def verdict_columns(checked: Sequence[Checked]) -> list[list[Any]]:
    """Return what `SAVE` stores, column by column."""
    rows = [_verdict(each) for each in checked]
    return [list(column) for column in zip(*rows, strict=True)]


def _verdict(each: Checked) -> tuple[Any, ...]:
    link, health, evidence, run = each.link, each.health, each.evidence, each.health.run
    return (
        link.link_id,
        link.generation,
        link.health.next_check_at,
        health.state.value,
        health.strikes,
        health.reason,
        evidence.http_status,
        evidence.latency_ms if each.asked else None,
        each.urgency,
        evidence.size_bytes,
        None if run is None else run.cause.value,
        0 if run is None else run.count,
        None if run is None else run.first_at,
        None if run is None else run.last_at,
        health.last_ok_at,
        health.next_check_at,
        each.asked,
    )


def breaker(row: asyncpg.Record) -> Breaker:
    """Return a stored breaker. Only one that is not closed has a time before which it rests."""
    position = Position(row["position"])
    return Breaker(
        position=position,
        since=row["since"],
        window_from=row["window_from"],
        checked=row["checked"],
        bad=row["bad"],
        of_host=row["of_host"],
        not_before=row["not_before"] if position is Position.OPEN else None,
        rests=row["rests"],
        good_at=row["good_at"],
    )


def breaker_columns(breakers: Mapping[str, Breaker]) -> list[list[Any]]:
    """Return what `SAVE_BREAKERS` stores, column by column, in the order in which rows are locked."""
    rows = [
        (
            host,
            held.position.value,
            held.since,
            held.window_from,
            held.checked,
            held.bad,
            held.of_host,
            held.not_before or LONG_AGO,
            held.rests,
            held.good_at,
        )
        for host, held in sorted(breakers.items())
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def own_network(row: asyncpg.Record | None) -> OwnNetwork:
    """Return what is known of our own network."""
    if row is None:
        return OwnNetwork()
    failing = {host: datetime.fromisoformat(when) for host, when in row["failing"].items()}
    return OwnNetwork(failing, row["good_at"], row["canaries_down"], row["since"])


def own_columns(own: OwnNetwork) -> tuple[Any, ...]:
    """Return what `SAVE_OWN` stores."""
    failing = {host: when.isoformat() for host, when in own.failing.items()}
    return failing, own.good_at, own.canaries_down, own.since
