"""A real scraper does each job once, stops what was cancelled, and hands over what it cannot handle."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.integration.scraper.jobs import PATIENCE_S, Workplace, working
from tests.integration.scraper.test_service import running_scraper
from tests.support.gateway import eventually
from wellspring_cli.embedded.nats import Nats
from wellspring_common.events.dead import DeadLettered
from wellspring_common.events.envelope import EVENT_ID, MESSAGE_ID, SCHEMA
from wellspring_common.events.scrape import Lane, LinksScraped, ScrapeFailed
from wellspring_common.events.topology import EVENTS, SCRAPER_INTERACTIVE, WORK_BUCKET
from wellspring_common.ids import derived_id, uuid7

SOON_S = 4.0
"""Less than a probe waits for a site that does not answer."""


@pytest.fixture
async def place(
    nats_server: Nats,
    nats_own_url_for: Callable[[str], str],
    own_users_prefix: str,
    free_port: Callable[[], int],
    tmp_path: Path,
) -> AsyncGenerator[Workplace]:
    urls = {"admin": nats_own_url_for("admin"), "scraper": nats_own_url_for("scraper")}
    urls["monitor"] = nats_server.monitor_url
    async with working(urls, own_users_prefix, free_port(), tmp_path) as found:
        yield found


async def test_a_cancelled_job_stops_at_once_and_the_next_one_runs(place: Workplace) -> None:
    broker, job = place.broker, place.job("/slow")
    async with running_scraper(dict(place.environment), place.port):
        await broker.ask(job)
        await place.under_way("/slow")
        await broker.cancel(job)
        await broker.all_done(SOON_S)
        assert (await broker.note(job))["end"] == "cancelled"
        film = place.job("/film")
        await broker.ask(film)
        await broker.heard(LinksScraped, film)
    assert await broker.said(ScrapeFailed, job) == []
    assert await broker.said(LinksScraped, job) == []


async def test_a_job_that_was_cancelled_while_it_waited_is_dropped_when_it_comes(place: Workplace) -> None:
    broker, job = place.broker, place.job("/film")
    await broker.ask(job)
    async with running_scraper(
        dict(place.environment) | {"WELLSPRING_SCRAPER_MEMORY_LIMIT_MB": "16"}, place.port
    ):
        await broker.cancel(job)  # it has no room to begin
        await broker.noted(job, "cancelled")
        # the word of its end was taken, it itself was not
        await eventually(broker.left, lambda left: left == 1, patience_s=PATIENCE_S)
    async with running_scraper(dict(place.environment), place.port):
        await broker.all_done()
        assert await place.duplicates() == 1
    assert place.asked("/film") == 0


async def test_the_second_copy_of_a_promoted_job_is_dropped_while_the_first_one_runs(
    place: Workplace,
) -> None:
    broker, job = place.broker, place.job("/slow", Lane.BACKGROUND)
    async with running_scraper(dict(place.environment), place.port):
        await broker.ask(job)
        await place.under_way("/slow")
        await broker.ask(job.model_copy(update={"lane": Lane.INTERACTIVE}))
        await broker.heard(ScrapeFailed, job)
        await broker.all_done()
        assert await place.duplicates() == 1
    assert len(await broker.said(ScrapeFailed, job)) == 1


async def test_the_second_copy_of_a_job_that_ended_is_dropped_by_the_next_process(place: Workplace) -> None:
    broker, job = place.broker, place.job("/film")
    async with running_scraper(dict(place.environment), place.port) as first:
        await broker.ask(job)
        await broker.noted(job, "done")
        await broker.all_done()
        first.kill()
        await first.wait()
    asked = place.asked("/film")
    async with running_scraper(dict(place.environment), place.port):
        await broker.ask(job.model_copy(update={"lane": Lane.BACKGROUND}))
        await broker.all_done()
        assert await place.duplicates() == 1
    assert place.asked("/film") == asked
    assert len(await broker.said(LinksScraped, job)) == 1


async def test_a_dead_letter_is_handed_over_whole_and_runs_when_it_is_tried_again(place: Workplace) -> None:
    broker, job, stranger = place.broker, place.job("/film"), uuid7()
    headers = {EVENT_ID: str(stranger), MESSAGE_ID: str(stranger), SCHEMA: "scrape.requested/99"}
    async with running_scraper(dict(place.environment), place.port):
        await broker.bus.publish_raw(job.routing(), b"\x00from tomorrow", headers)
        await broker.all_done()
        ((_, payload, _),) = await broker.bus.read_back(EVENTS, DeadLettered.subject, most=9)
        letter = json.loads(payload)
        assert (letter["event_id"], letter["code"]) == (str(stranger), "schema_unknown")
        assert base64.b64decode(letter["payload"]) == b"\x00from tomorrow"
        assert letter["headers"][SCHEMA] == "scrape.requested/99"
        await broker.bus.bucket(WORK_BUCKET).put(str(job.job_id), b'{"end": "buried", "burials": 1}')
        await broker.ask(job)
        await broker.all_done()
        assert await place.duplicates() == 1
        event_id = derived_id(job.job_id, "promoted")
        await broker.say(job, event_id, subject=SCRAPER_INTERACTIVE.replay, again="#r1")
        await broker.heard(LinksScraped, job)
        await broker.noted(job, "done")


async def test_a_scraper_that_is_killed_is_replaced_within_ten_seconds(
    place: Workplace, free_port: Callable[[], int], tmp_path: Path
) -> None:
    port = free_port()
    other = {"WELLSPRING_DATA_DIR": str(tmp_path / "other"), "WELLSPRING_OPS_PORT": str(port)}
    broker, film = place.broker, place.job("/film")
    async with running_scraper(dict(place.environment), place.port) as first:
        await broker.ask(place.job("/film"))
        await place.under_way("/film")
        await broker.all_done()
        async with running_scraper(dict(place.environment) | other, port):
            asked = place.asked("/film")
            first.kill()
            await first.wait()
            began = asyncio.get_running_loop().time()
            await broker.ask(film)
            await broker.heard(LinksScraped, film)
            assert asyncio.get_running_loop().time() - began <= 10
            assert place.asked("/film") > asked


@pytest.mark.long
async def test_a_job_that_keeps_killing_its_scraper_is_given_up_without_another_run(place: Workplace) -> None:
    broker, job = place.broker, place.job("/slow")
    async with running_scraper(dict(place.environment), place.port) as first:
        await broker.ask(job)
        await place.under_way("/slow")
        first.kill()
        await first.wait()
    asked = place.asked("/slow")
    await broker.bus.bucket(WORK_BUCKET).put(str(job.job_id), b'{"unended": 2}')
    async with running_scraper(dict(place.environment), place.port):
        end = await eventually(
            lambda: broker.said(ScrapeFailed, job), bool, patience_s=SCRAPER_INTERACTIVE.ack_wait_s + 20
        )
        assert [(one["code"], one["retryable"]) for one in end] == [("poison", False)]
        await broker.all_done()
    assert place.asked("/slow") == asked
    ((_, payload, _),) = await broker.bus.read_back(EVENTS, DeadLettered.subject, most=9)
    letter = json.loads(payload)
    assert (letter["code"], letter["attempts"], letter["consumer"]) == ("poison", 3, SCRAPER_INTERACTIVE.name)
    assert json.loads(base64.b64decode(letter["payload"])) == job.model_dump(mode="json")
    assert await broker.note(job) == {"burials": 1, "end": "buried"}
