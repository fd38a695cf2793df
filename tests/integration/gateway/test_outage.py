"""Postgres or NATS away: what is known is served, what is not says when to come back."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client import REGISTRY

from tests.support.gateway import eventually
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.testing import Database
from wellspring_common.bus.nats import topology as nats_topology
from wellspring_common.bus.nats.connection import connected
from wellspring_common.events.specs import stream_name
from wellspring_common.events.topology import GATEWAY

from .cable import Cable, cable_to
from .conftest import Start
from .running import PAGE, SEED_EPISODE, Answer, Gateway, OwnGateway, Visitor

PATIENCE_S = 15
SERVERS = {720: {"pixel": "https://p.example/1"}}


@dataclass(frozen=True)
class Fragile:
    """A gateway whose connections can be cut."""

    gateway: OwnGateway
    postgres: Cable
    nats: Cable

    async def ready(self, visitor: Visitor) -> Answer:
        """Return the answer of the readiness probe."""
        return await visitor.get("/readyz")


@pytest.fixture
async def fragile(
    start_gateway: Start, database: Database, nats_server: Nats, free_port: Callable[[], int]
) -> AsyncGenerator[Fragile]:
    async with (
        cable_to(database.url_for("gateway"), free_port()) as postgres,
        cable_to(nats_server.url(), free_port()) as nats,
    ):
        gateway = await start_gateway(WELLSPRING_DATABASE_URL=postgres.url, WELLSPRING_NATS_URL=nats.url)
        yield Fragile(gateway, postgres, nats)
        await gateway.stop()


async def test_without_postgres_a_known_episode_is_served_and_marked_stale(fragile: Fragile) -> None:
    gateway = fragile.gateway
    known, unknown = await gateway.add_episode(), await gateway.add_episode(number=2)
    await gateway.add_links(known, SERVERS)
    visitor = await gateway.visitor()
    path = f"/api/v1/episodes/{known}/live-state"
    before = (await visitor.get(path)).json
    await fragile.postgres.cut()
    during = await visitor.get(path)
    assert (during.status, during.json) == (200, before | {"stale": True})
    answer = await visitor.get(f"/api/v1/episodes/{unknown}/live-state")
    problem = answer.problem(503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert "127.0.0.1" not in problem["detail"]
    await fragile.postgres.mend()
    await eventually(lambda: visitor.get(path), lambda answer: answer.json == before, patience_s=PATIENCE_S)


async def test_without_postgres_what_was_watched_can_be_watched(fragile: Fragile) -> None:
    gateway = fragile.gateway
    episode = await gateway.add_episode()
    await gateway.add_links(episode, SERVERS)
    visitor, operator = await gateway.visitor(), await gateway.signed_in("operator")
    paths = ("/player?show=The Glory&ep=1", f"/watch/{episode}")
    for path in paths:
        assert (await visitor.page(path)).status == 200
    links = (await visitor.get("/get_link?show=The Glory&ep=1")).json
    await fragile.postgres.cut()
    for guest in (visitor, operator):
        assert (await guest.get("/get_link?show=The Glory&ep=1")).json == links | {"stale": True}
        for path in paths:
            answer = await guest.page(path)
            assert (answer.status, "ribbon-stale" in answer.text) == (200, True), path
            assert "https://p.example/1" in answer.text


async def test_without_postgres_a_page_never_seen_says_so_and_none_crashes(fragile: Fragile) -> None:
    gateway = fragile.gateway
    episode = await gateway.add_episode()
    operator, stranger = await gateway.signed_in("operator"), await gateway.visitor()
    await stranger.page("/login")
    await fragile.postgres.cut()
    for visitor in (operator, stranger):
        assert (await visitor.get("/healthz")).status == 200
        assert (await visitor.page("/setup?token=x")).status == 403
        for path in ("/", "/title/the-glory", "/player?show=The Glory&ep=1", f"/watch/{episode}"):
            answer = await visitor.page(path)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5"), path
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            (await visitor.get(path)).problem(503, "unavailable")
        (await visitor.get("/get_link?show=The Glory&ep=1")).problem(503, "unavailable")
        (await visitor.get("/scrape?show=The Glory&ep=1")).problem(503, "unavailable")
    for path in ("/admin", "/admin/settings"):
        assert (await operator.page(path)).status == 503
    login = await stranger.form("/login", username="ada", password="a long sentence")
    assert login.status == 503
    ready = await fragile.ready(stranger)
    assert (ready.status, list(ready.json["wrong"])) == (503, ["postgres"])
    await fragile.postgres.mend()
    await eventually(
        lambda: fragile.ready(stranger), lambda answer: answer.status == 200, patience_s=PATIENCE_S
    )
    # the session and its token outlived it
    assert (await operator.page("/admin")).status == 200
    assert (await operator.send("POST", "/admin/add_episode", SEED_EPISODE | {"episode": "2"})).status == 200
    await gateway.published("catalog.changed")


async def test_a_stream_stays_open_while_postgres_is_away(fragile: Fragile) -> None:
    gateway = fragile.gateway
    episode = await gateway.add_episode()
    visitor = await gateway.visitor()
    async with visitor.session.get(f"{gateway.url}/api/v1/live?episode={episode}") as response:
        assert (await response.content.readline()).startswith(b"event: snapshot")
        await fragile.postgres.cut()
        second = await visitor.session.get(f"{gateway.url}/api/v1/live?episode={episode}")
        assert second.status == 200
        assert (await second.content.readline()).startswith(b"event: snapshot")
        assert b'"stale":true' in await second.content.readline()
        second.close()
        await fragile.postgres.mend()
        assert not response.content.at_eof()


async def test_without_nats_pages_and_changes_work_and_are_told_later(fragile: Fragile) -> None:
    gateway = fragile.gateway
    operator = await gateway.signed_in("operator")
    await fragile.nats.cut()
    assert (await operator.send("POST", "/admin/add_episode", SEED_EPISODE)).status == 200
    assert (await operator.get("/scrape?show=The Glory&ep=1")).json == {"status": "queued"}
    assert (await operator.get("/get_link?show=The Glory&ep=1")).json["status"] == "master"
    assert (await operator.page("/player?show=The Glory&ep=1")).status == 200
    ready = await fragile.ready(operator)
    assert (ready.status, ready.json["ready"], list(ready.json["wrong"])) == (200, True, ["nats"])
    states = "select distinct state from catalog.outbox"
    assert [row["state"] for row in await gateway.sql.fetch(states)] == ["new"]
    await fragile.nats.mend()
    await eventually(lambda: _states(gateway), lambda found: found == ["published"], patience_s=PATIENCE_S)
    await eventually(
        lambda: fragile.ready(operator), lambda answer: answer.json["wrong"] == {}, patience_s=PATIENCE_S
    )


async def test_a_consumer_that_somebody_deleted_is_told_and_takes_no_page_away(
    start_gateway: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_topology, "WATCH_S", 0.3)  # it looks every five seconds
    gateway = await start_gateway()
    visitor, consumer = await gateway.visitor(), (stream_name(gateway.prefix, GATEWAY.stream), GATEWAY.name)
    async with connected(gateway.nats_url, "test") as connection:
        await connection.client.jetstream().delete_consumer(*consumer)
    told = await eventually(
        lambda: visitor.get("/readyz"),
        lambda answer: "topology" in answer.json["wrong"],
        patience_s=PATIENCE_S,
    )
    assert (told.status, told.json["ready"], list(told.json["wrong"])) == (200, True, ["topology"])
    assert "/".join(consumer) in told.json["wrong"]["topology"]
    assert _up("topology") == 0
    assert (await visitor.page("/")).status == 200
    await nats_topology.ensure(gateway.nats_url, prefix=gateway.prefix)
    await eventually(
        lambda: visitor.get("/readyz"), lambda answer: answer.json["wrong"] == {}, patience_s=PATIENCE_S
    )
    assert _up("topology") == 1


def _up(dependency: str) -> float | None:
    labels = {"service": "gateway", "dependency": dependency}
    return REGISTRY.get_sample_value("wellspring_dependency_up", labels)


async def _states(gateway: Gateway) -> list[Any]:
    return [row["state"] for row in await gateway.sql.fetch("select distinct state from catalog.outbox")]


async def test_a_stream_reads_anew_after_nats_was_away(fragile: Fragile) -> None:
    gateway = fragile.gateway
    episode = await gateway.add_episode()
    visitor = await gateway.visitor()
    url = f"{gateway.url}/api/v1/live?episode={episode}"
    async with visitor.session.get(url, headers=PAGE) as response:
        assert (await response.content.readline()).startswith(b"event: snapshot")
        await fragile.nats.cut()
        # nobody can tell of this change: the page hears it because the broker came back
        await gateway.add_links(episode, SERVERS)
        await fragile.nats.mend()

        async def next_line() -> bytes:
            return await response.content.readline()

        await eventually(next_line, lambda line: b"https://p.example/1" in line, patience_s=PATIENCE_S)
