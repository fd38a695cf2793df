"""What becomes of an event shows in its consumer's figures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from tests.integration.common.deliveries import delivery_of
from wellspring_common.bus.handling import Arrived, Handling
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.errors import DependencyDown, Permanent, Throttled
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.topology import REFRESHER
from wellspring_common.retry import DEPENDENCY_DELAY_S
from wellspring_common.testing.graveyard import MemoryGraveyard

EVENT = CatalogChanged(title_id=1, episode_ids=(2,), change=CatalogChange.CHANGED)


async def nothing() -> None:
    return None


def handling(name: str, error: Exception | None = None) -> Handling:
    async def handle(_: Delivery) -> None:
        if error is not None:
            raise error

    spec = replace(REFRESHER, name=name)
    return Handling(Subscription(spec, {CatalogChanged: handle}), MemoryGraveyard())


def arrived(*, stored_at: datetime | None = None) -> Arrived:
    delivery = delivery_of(EVENT)
    headers = delivery.envelope.headers()
    return Arrived(delivery.subject, delivery.payload, headers, 1, nothing, stored_at)


def consumed(name: str) -> dict[str, float | None]:
    metric = "wellspring_events_consumed_total"
    return {
        outcome: REGISTRY.get_sample_value(metric, {"consumer": name, "outcome": outcome})
        for outcome in ("ack", "nak", "term", "duplicate")
    }


def test_every_outcome_of_a_consumer_is_there_before_its_first_event() -> None:
    handling("quiet")
    assert consumed("quiet") == {"ack": 0, "nak": 0, "term": 0, "duplicate": 0}
    labels = {"consumer": "quiet", "reason": "bug"}
    assert REGISTRY.get_sample_value("wellspring_events_dead_lettered_total", labels) == 0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "ack"),
        (Throttled("Later.", retry_after=1), "nak"),
        (Permanent("Never.", code="gone"), "term"),
    ],
)
async def test_each_event_counts_once(error: Exception | None, outcome: str) -> None:
    name = f"one-{outcome}"
    await handling(name, error).handle(arrived())
    assert consumed(name) == {"ack": 0, "nak": 0, "term": 0, "duplicate": 0} | {outcome: 1}
    dead = {"consumer": name, "reason": "gone"}
    given_up = REGISTRY.get_sample_value("wellspring_events_dead_lettered_total", dead)
    assert given_up == (1 if outcome == "term" else None)


@pytest.mark.parametrize(
    ("wrong", "away"), [(DependencyDown("Postgres is away."), True), (ValueError("zero byte"), False)]
)
@pytest.mark.parametrize(
    "error", [Permanent("Never.", code="gone"), KeyError("x")], ids=["buried", "counted"]
)
async def test_what_a_graveyard_cannot_take_comes_again_and_keeps_nobody_else_waiting(
    wrong: Exception, away: bool, error: Exception
) -> None:
    """Only where the graveyard is away would other events fare no better."""
    one = handling("unburied", error)
    one._graveyard.down = wrong  # type: ignore[attr-defined]  # a memory graveyard
    for _ in range(2):
        answer = await one.handle(arrived())
        assert (answer.away, answer.again_after_s) == (away, DEPENDENCY_DELAY_S)


async def test_an_events_age_is_its_time_in_the_broker_not_that_of_its_cause() -> None:
    now = datetime.now(UTC)  # noqa: TID251
    await handling("aged").handle(arrived(stored_at=now - timedelta(seconds=20)))
    assert REGISTRY.get_sample_value(
        "wellspring_event_age_seconds_sum", {"consumer": "aged"}
    ) == pytest.approx(20, abs=5)
