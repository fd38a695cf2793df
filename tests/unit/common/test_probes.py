import asyncio
import json

import pytest

from wellspring_common import probes
from wellspring_common.errors import DependencyDown
from wellspring_common.probes import Readiness, readiness_body


async def answers() -> None:
    return None


async def is_away() -> None:
    raise DependencyDown("Postgres does not answer: connection refused")


async def never() -> None:
    await asyncio.Event().wait()


async def test_a_service_that_is_starting_is_not_ready() -> None:
    assert await Readiness().check() == {"service": "starting"}


async def test_a_service_whose_dependencies_answer_is_ready() -> None:
    assert await Readiness(pings={"postgres": answers, "nats": answers}).check() == {}


async def test_a_service_without_dependencies_is_ready() -> None:
    assert await Readiness(pings={}).check() == {}


async def test_what_is_wrong_is_told_by_name() -> None:
    readiness = Readiness(pings={"postgres": is_away, "nats": answers})
    wrong = {"postgres": "Postgres does not answer: connection refused"}
    assert await readiness.check() == wrong
    assert readiness.failures == wrong


async def test_a_dependency_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "PING_TIMEOUT_S", 0.02)
    async with asyncio.timeout(1):
        assert await Readiness(pings={"nats": never}).check() == {"nats": "no answer within 0.02 s"}


async def test_a_dependency_that_is_back_is_no_longer_wrong() -> None:
    readiness = Readiness(pings={"postgres": is_away})
    await readiness.check()
    readiness.pings = {"postgres": answers}
    assert await readiness.check() == {}
    assert readiness.failures == {}


async def test_a_stopping_service_is_not_ready_and_asks_nobody() -> None:
    readiness = Readiness(pings={"nats": never}, draining=True)
    assert await readiness.check() == {"service": "stopping"}


def test_the_answer_names_the_service() -> None:
    assert json.loads(readiness_body("health", {})) == {"service": "health", "ready": True, "wrong": {}}
    assert json.loads(readiness_body("health", {"nats": "away"}))["ready"] is False
