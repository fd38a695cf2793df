import asyncio
import json

import pytest
from prometheus_client import REGISTRY

from wellspring_common import probes
from wellspring_common.errors import DependencyDown
from wellspring_common.probes import Readiness, State

READY = State(ready=True, wrong={})
SPARED = frozenset({"nats", "topology"})


def up(service: str, dependency: str) -> float | None:
    """Return what the metrics say of a dependency."""
    labels = {"service": service, "dependency": dependency}
    return REGISTRY.get_sample_value("wellspring_dependency_up", labels)


async def answers() -> None:
    return None


async def is_away() -> None:
    raise DependencyDown("Postgres does not answer: connection refused")


async def never() -> None:
    await asyncio.Event().wait()


async def test_a_service_that_is_starting_is_not_ready() -> None:
    assert await Readiness("health").check() == State(ready=False, wrong={"service": "starting"})


async def test_a_service_whose_dependencies_answer_is_ready() -> None:
    assert await Readiness("health", pings={"postgres": answers, "nats": answers}).check() == READY


async def test_a_service_without_dependencies_is_ready() -> None:
    assert await Readiness("health", pings={}).check() == READY


async def test_what_is_wrong_is_told_by_name() -> None:
    readiness = Readiness("health", pings={"postgres": is_away, "nats": answers})
    wrong = {"postgres": "Postgres does not answer: connection refused"}
    assert await readiness.check() == State(ready=False, wrong=wrong)


async def test_what_a_service_can_do_without_is_told_and_leaves_it_ready() -> None:
    readiness = Readiness(
        "gateway", pings={"postgres": answers, "nats": is_away, "topology": answers}, spared=SPARED
    )
    state = await readiness.check()
    assert (state.ready, state.status, list(state.wrong)) == (True, 200, ["nats"])
    assert json.loads(state.body("gateway"))["wrong"] == state.wrong
    assert up("gateway", "nats") == 0
    assert up("gateway", "postgres") == 1


async def test_what_a_service_cannot_do_without_is_not_excused_by_what_it_can() -> None:
    readiness = Readiness("gateway", pings={"postgres": is_away, "nats": is_away}, spared=SPARED)
    state = await readiness.check()
    assert (state.ready, state.status, list(state.wrong)) == (False, 503, ["postgres", "nats"])


async def test_a_dependency_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "PING_TIMEOUT_S", 0.02)
    async with asyncio.timeout(1):
        state = await Readiness("health", pings={"nats": never}).check()
    assert state.wrong == {"nats": "no answer within 0.02 s"}


async def test_a_dependency_that_is_back_is_no_longer_wrong() -> None:
    readiness = Readiness("health", pings={"postgres": is_away})
    await readiness.check()
    assert up("health", "postgres") == 0
    readiness.pings = {"postgres": answers}
    assert await readiness.check() == READY
    assert up("health", "postgres") == 1


async def test_a_stopping_service_is_not_ready_and_asks_nobody() -> None:
    readiness = Readiness("gateway", pings={"nats": never}, spared=SPARED, draining=True)
    assert await readiness.check() == State(ready=False, wrong={"service": "stopping"})


def test_the_answer_names_the_service() -> None:
    assert json.loads(READY.body("health")) == {"service": "health", "ready": True, "wrong": {}}
    assert json.loads(State(ready=False, wrong={"nats": "away"}).body("health"))["ready"] is False
