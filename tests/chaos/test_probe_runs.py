"""Whoever is killed during a run of probes, every link of it is looked at, and counted once."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from tests.chaos.audience import Link
from tests.chaos.claim import Claim
from tests.chaos.ledger import reading
from tests.chaos.storm import killed, shelf_of
from tests.chaos.truth import Mark, left_behind, mark, truth
from tests.chaos.weather import settled
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.stack import Stack

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

VICTIMS = ("health", "postgres", "health", "nats")
EPISODES = 8
STEP = 10
"""So many more links are looked at before the next one is killed."""
SLOW_S = 0.4
PATIENCE_S = 120.0

_FOUND = """
select r.state, r.total, r.done, r.before, r.after, r.reasons,
    (select count(*) from health.probe_run_links as l where l.run_id = r.id) as left
from health.probe_runs as r
where r.id = $1
"""


async def asked(running: Running, wish: dict[str, Any], key: str) -> tuple[UUID, bool]:
    """Ask for a run, and return it and whether it had been asked for before."""
    operator, headers = running.operator, running.operator.headers | {"Idempotency-Key": key}
    url = f"{running.url}/api/v1/probes"
    async with operator.session.post(url, json=wish, headers=headers) as response:
        answer = await response.json()
        assert response.status == 202, answer
        return UUID(answer["id"]), bool(answer["deduplicated"])


async def found_of(running: Running, run_id: UUID) -> dict[str, Any]:
    """Return a run as it lies in the database, with what is left of it."""
    async with reading(running.stack) as connection:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
        row = await connection.fetchrow(_FOUND, run_id)
    return dict(row) if row is not None else {"done": 0, "state": "unknown"}


async def has_come(running: Running, run_id: UUID, links: int) -> dict[str, Any]:
    """Wait until a run has looked at so many links, and return it."""
    found: dict[str, Any] = await eventually(
        lambda: found_of(running, run_id), lambda run: run["done"] >= links, patience_s=PATIENCE_S
    )
    return found


async def kill_in_turn(running: Running, run_id: UUID) -> int:
    """Kill one after the other, each when the run has come further, and return how many."""
    done = 0
    for victim in VICTIMS:
        found = await has_come(running, run_id, done + STEP)
        done = found["done"]
        assert found["state"] == "running", f"too late to kill {victim}: {found}"
        await killed(running.stack, victim)
        await running.stack.wait_ready("health")
    return len(VICTIMS)


async def looked_at(stack: Stack, links: Sequence[Link], since: Mark) -> int:
    """Return how many links were looked at since a mark."""
    async with reading(stack) as connection:
        return int(
            await connection.fetchval(
                "select count(*) from health.link_health where link_id = any($1) and last_checked_at >= $2",
                [link.link_id for link in links],
                since.at,
            )
        )


def claim_of(
    found: dict[str, Any], looked: int, total: int, *, kills: int = 0, redelivered: int = 0
) -> Claim:
    """Hold what a run says of itself against what it was asked for and what was looked at."""
    counted = sum(found["reasons"].values())
    return Claim(
        committed=total,
        effects=looked,
        lost=total - min(looked, counted, found["done"]),
        twice=max(counted, found["done"]) - total,
        kills=kills,
        redelivered=redelivered,
    )


async def test_a_run_of_probes_looks_at_each_link_and_counts_it_once_whoever_is_killed(
    running: Running, tell: Callable[[object], None]
) -> None:
    stack = running.stack
    shelf = await shelf_of(running, "Probed Through Kills", EPISODES)
    links = [*shelf.good, *shelf.broken]
    since = await mark(stack)
    for target in {link.server for link in links}:
        await running.demo.fault(target=target, kind="slow", delay_s=SLOW_S)
    try:
        wish = {"title": "probed-through-kills"}
        run_id, known = await asked(running, wish, "probed-through-kills")
        assert not known
        await killed(stack, "health")
        kills = await kill_in_turn(running, run_id)
        found = await eventually(
            lambda: found_of(running, run_id),
            lambda run: run["state"] not in {"queued", "running"},
            patience_s=PATIENCE_S,
        )
        await killed(stack, "gateway")
        assert await asked(running, wish, "probed-through-kills") == (run_id, True)
    finally:
        await running.demo.heal()
    await settled(stack, since)
    assert await found_of(running, run_id) == found, "a run that has ended changes no more"
    seen, total = await truth(stack, since), len(links)
    looked = await looked_at(stack, links, since)
    claim = claim_of(found, looked, total, kills=kills + 2, redelivered=seen.deliveries - seen.messages)
    tell(claim)
    assert (claim.lost, claim.twice) == (0, 0), found
    assert claim_of({**found, "reasons": {"alive": total - 1}}, looked, total).lost == 1
    assert claim_of({**found, "reasons": {"alive": total + 1}}, looked, total).twice == 1
    assert claim_of(found, looked - 1, total).lost == 1
    assert found == {
        "state": "done",
        "total": total,
        "done": total,
        "before": {"alive": total},
        "after": {"alive": total},
        "reasons": {"alive": total},
        "left": 0,
    }
    assert [row.payload["run_id"] for row in seen.rows if row.subject == "probe.requested"] == [str(run_id)]
    assert await left_behind(stack, since) == {}
