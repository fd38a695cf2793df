"""Connections that break while a film goes up, and answers that are lost on their way."""

import asyncio

import aiohttp
import pytest

from tests.support.gateway import eventually
from wellspring_demo.domain.faults import OF_PLATFORMS
from wellspring_demo.domain.platforms.boxes import tiny_film

from .customer import Customer

SPOILT = {"lost": 1, "proxied": 1, "reset": 0, "empty": 0, "broken_json": 0}
"""How many videos there are after an answer that was spoilt so."""
FILM = tiny_film(60, 3_000_000)
HOST = "dailymotion-upload"


async def upload_address(customer: Customer) -> dict[str, str]:
    await customer.control("dailymotion/settings", upload_hosts=[HOST])
    await customer.sign_in()
    return await customer.open()


@pytest.mark.parametrize("at", [0.0, 0.5, 0.99, 1.0])
async def test_a_form_that_breaks_off_leaves_a_dead_address(customer: Customer, at: float) -> None:
    opened = await upload_address(customer)
    customer.world.fault(HOST, "cut_upload", at=at, times=1)
    assert (await customer.ask("GET", opened["progress_url"], bearer="")).body == {"state": "starting"}
    with pytest.raises(aiohttp.ClientError):
        await customer.send(opened["upload_url"], FILM)
    taken = customer.world.log.entries(HOST)[1].received
    assert at * len(FILM) <= taken + 1_000 <= at * len(FILM) + 1_500_000
    assert (await customer.send(opened["upload_url"], FILM)).status == 410
    progress = await customer.ask("GET", opened["progress_url"], bearer="")
    assert progress.body["state"] == ("done" if at == 1 else "error")
    uploads = (await customer.books())["uploads"]
    assert bool(uploads[0]["receipt"]) is (at == 1)
    assert (await customer.create(await customer.uploaded())).status == 201


async def test_a_stalled_upload_goes_on_after_its_time(customer: Customer) -> None:
    opened = await upload_address(customer)
    customer.world.fault(HOST, "stall_upload", at=0.3, delay_s=0.3, times=1)
    before = customer.world.state.clock.now()
    assert (await customer.send(opened["upload_url"], FILM)).status == 200
    assert customer.world.state.clock.now() - before >= 0.3


async def test_a_stalled_upload_goes_on_when_its_fault_is_switched_off(customer: Customer) -> None:
    opened = await upload_address(customer)
    fault = customer.world.fault(HOST, "stall_upload", at=0.3, delay_s=600)
    sent = asyncio.create_task(customer.send(opened["upload_url"], FILM))
    log = customer.world.log
    held = await eventually(
        lambda: asyncio.sleep(0, log.entries(HOST)),
        lambda seen: seen and seen[-1].received >= 0.3 * len(FILM),
    )
    assert held[-1].received < 0.35 * len(FILM)
    assert not sent.done()
    customer.world.faults.remove(fault.id)
    async with asyncio.timeout(30):
        assert (await sent).status == 200


@pytest.mark.parametrize(("kind", "made"), SPOILT.items())
async def test_a_create_whose_answer_is_spoilt_made_the_video_or_did_not(
    customer: Customer, kind: str, made: int
) -> None:
    await customer.sign_in()
    url = await customer.uploaded()
    path = "/v2/profiles/xdemo1/videos"
    fault = {"path_prefix": path, "method": "POST", "times": 1, "status": 502}
    customer.world.fault("dailymotion", kind, **fault)
    if kind in {"lost", "reset"}:
        with pytest.raises(aiohttp.ClientError):
            await customer.create(url)
    elif kind == "proxied":
        answer = await customer.create(url)
        assert (answer.status, "<html" in answer.body) == (502, True)
    else:
        with pytest.raises((ValueError, AssertionError)):
            assert (await customer.create(url)).body
    listed = await customer.ask("GET", path)
    assert len(listed.body["data"]) == made


def test_no_kind_of_fault_of_platforms_is_without_a_test() -> None:
    assert {*SPOILT, "late", "cut_upload", "stall_upload"} >= OF_PLATFORMS


async def test_a_late_answer_comes_when_all_is_done(customer: Customer) -> None:
    await customer.sign_in()
    url = await customer.uploaded()
    customer.world.fault("dailymotion", "late", method="POST", delay_s=600, times=1)
    waiting = asyncio.create_task(customer.create(url))
    while not (await customer.books())["videos"]:
        assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_host_that_is_gone_refuses_connections_until_it_is_back(customer: Customer) -> None:
    opened = await upload_address(customer)
    await customer.control("doors", target=HOST, open=False)
    with pytest.raises(aiohttp.ClientConnectorError):
        await customer.send(opened["upload_url"], FILM)
    await customer.control("doors", target=HOST, open=True)
    assert (await customer.send(opened["upload_url"], FILM)).status == 200
