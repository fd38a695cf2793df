"""How films are sent: by a form, in pieces, on a slow and a silent line."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.contract.targets.grounds import QUICK, UPLOAD_HOST, AnyGround, card_of, demo_ground, film_in
from tests.support.certificates import loopback_contexts
from wellspring_common.errors import Transient
from wellspring_common.fetch.guard import Guard
from wellspring_demo.world import World, running_platforms
from wellspring_uploader.domain.refusals import CredentialsRefused, FileRefused, OutcomeUnknown, SessionLost
from wellspring_uploader.targets.film_body import FilmBody
from wellspring_uploader.targets.sending import file_name, send_form
from wellspring_uploader.targets.settings import SendingSettings
from wellspring_uploader.targets.wire import Interrupted, Wire


async def deaf(_: int) -> None:
    """Nobody listens."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with running_platforms(tmp_path / "world") as running:
        yield running


@pytest.fixture
async def make(world: World) -> AsyncGenerator[Callable[[str], AnyGround]]:
    made: list[AnyGround] = []

    def ground(name: str) -> AnyGround:
        made.append(demo_ground(world, name))
        return made[-1]

    yield ground
    for one in made:
        await one.close()


async def test_no_token_goes_to_an_upload_host(make: Callable[[str], AnyGround], tmp_path: Path) -> None:
    ground, film = make("dailymotion-v2"), film_in(tmp_path)
    session = await ground.target.begin(film, card_of())
    await ground.target.send(session, film, deaf)
    assert ground.received() >= film.size_bytes
    assert ground.token_places() == {"dailymotion"}


async def test_progress_is_what_the_platform_has(make: Callable[[str], AnyGround], tmp_path: Path) -> None:
    ground, film = make("dailymotion-v2"), film_in(tmp_path, size=8_000_000)
    ground.world.fault(UPLOAD_HOST, "stall_upload", at=0.5, delay_s=1.0, times=1, method="POST")
    heard: list[tuple[int, int]] = []

    async def told(received: int) -> None:
        heard.append((received, ground.received()))

    session = await ground.target.begin(film, card_of())
    await ground.target.send(session, film, told)
    assert heard == sorted(heard)
    assert len(heard) > 1
    assert all(said <= had for said, had in heard)
    assert heard[-1][0] == film.size_bytes


async def test_pieces_are_resumed_where_they_broke_off(
    make: Callable[[str], AnyGround], tmp_path: Path
) -> None:
    ground, film = make("dailymotion-pieces"), film_in(tmp_path)
    session = await ground.target.begin(film, card_of())
    calls = 0

    async def told(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            ground.cut_sending(0.5)

    with pytest.raises(Transient) as broken:
        await ground.target.send(session, film, told)
    assert not isinstance(broken.value, SessionLost)
    sent = await ground.target.send(session, film, deaf)
    assert ground.received() <= film.size_bytes + ground.settings["chunk_bytes"]
    assert await ground.target.create(sent, card_of()) == ground.videos()[0].id


async def test_a_host_that_takes_no_pieces_gets_a_form(
    make: Callable[[str], AnyGround], tmp_path: Path, world: World
) -> None:
    world.dailymotion.settings.update({"chunked": False})
    ground, film = make("dailymotion-pieces"), film_in(tmp_path)
    session = await ground.target.begin(film, card_of())
    sent = await ground.target.send(session, film, deaf)
    assert await ground.target.create(sent, card_of()) == ground.videos()[0].id


async def test_a_peertube_session_that_is_gone_may_have_ended_well(
    make: Callable[[str], AnyGround], tmp_path: Path, world: World
) -> None:
    ground, film = make("peertube"), film_in(tmp_path)
    session = await ground.target.begin(film, card_of())
    for one in world.state.peertube.shelf.all("session"):
        world.state.peertube.end(one)
    with pytest.raises(OutcomeUnknown):
        await ground.target.send(session, film, deaf)


async def test_peertube_tells_of_a_video_whose_answer_was_lost(
    make: Callable[[str], AnyGround], tmp_path: Path
) -> None:
    ground, film = make("peertube"), film_in(tmp_path, size=100_000)
    session = await ground.target.begin(film, card_of())

    async def told(_: int) -> None:
        ground.cut_sending(1.0)

    with pytest.raises(OutcomeUnknown):
        await ground.target.send(session, film, told)
    ground.world.faults.clear()
    sent = await ground.target.send(session, film, deaf)
    assert [one.id for one in ground.videos()] == [sent.video_id]


async def test_a_film_that_changed_on_the_disk_is_not_sent(
    make: Callable[[str], AnyGround], tmp_path: Path
) -> None:
    ground, film = make("dailymotion-v2"), film_in(tmp_path)
    session = await ground.target.begin(film, card_of())
    film.path.write_bytes(b"something else")
    with pytest.raises(FileRefused) as refused:
        await ground.target.send(session, film, deaf)
    assert refused.value.code == "file_changed"


async def test_whoever_listens_can_end_the_sending(make: Callable[[str], AnyGround], tmp_path: Path) -> None:
    ground, film = make("dailymotion-v2"), film_in(tmp_path)
    ground.world.fault(UPLOAD_HOST, "stall_upload", at=0.5, delay_s=60, times=1, method="POST")

    async def told(_: int) -> None:
        raise InterruptedError("another worker has the target now")

    session = await ground.target.begin(film, card_of())
    with pytest.raises(InterruptedError):
        await ground.target.send(session, film, told)


async def test_an_upload_address_inside_our_own_network_is_refused(
    make: Callable[[str], AnyGround], tmp_path: Path
) -> None:
    ground, film = make("dailymotion-v2"), film_in(tmp_path)
    session = {"upload_url": "http://127.0.0.1:1/upload?uuid=1", "progress_url": None}
    with pytest.raises(CredentialsRefused) as refused:
        await ground.target.send(session, film, deaf)
    assert refused.value.code == "blocked_address"


@asynccontextmanager
async def host(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]], tls: ssl.SSLContext | None = None
) -> AsyncGenerator[str]:
    """A host with one address."""
    app = web.Application(client_max_size=1 << 40)
    app.router.add_post("/upload", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield site.name
    finally:
        await runner.cleanup()


def wire_to(origin: str, settings: SendingSettings) -> Wire:
    return Wire(Guard(frozenset({origin.partition("//")[2]})), settings)


async def test_a_line_on_which_nothing_moves_is_given_up(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def never_reads(_: web.Request) -> web.StreamResponse:
        await ended.wait()
        return web.Response()

    film = film_in(tmp_path, size=40_000_000)
    async with host(never_reads) as origin:
        wire = wire_to(origin, QUICK.model_copy(update={"stall_s": 0.5}))
        try:
            with pytest.raises(Interrupted) as stuck:
                await send_form(wire, f"{origin}/upload", None, film, deaf)
            assert stuck.value.code == "stalled"
        finally:
            ended.set()
            await wire.close()


async def read_all(request: web.Request) -> int:
    count = 0
    async for block in request.content.iter_any():
        count += len(block)
    return count


async def test_an_answer_may_take_its_time_and_a_slow_line_too(tmp_path: Path) -> None:
    """No clock runs for an upload as a whole: that of the answer begins after the last byte."""

    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(1.2)
        count = await read_all(request)
        await asyncio.sleep(0.4)
        return web.json_response({"count": count})

    film = film_in(tmp_path, size=40_000_000)
    async with host(slow) as origin:
        wire = wire_to(origin, QUICK.model_copy(update={"answer_s": 0.9}))
        answer = await send_form(wire, f"{origin}/upload", None, film, deaf)
        assert answer.object["count"] > film.size_bytes
        await wire.close()


async def test_an_answer_that_does_not_come_ends_the_waiting(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        await read_all(request)
        await ended.wait()
        return web.Response()

    film = film_in(tmp_path)
    async with host(silent) as origin:
        wire = wire_to(origin, QUICK.model_copy(update={"answer_s": 0.3}))
        with pytest.raises(Interrupted) as late:
            await send_form(wire, f"{origin}/upload", None, film, deaf)
        assert late.value.code == "timeout"
        ended.set()
        await wire.close()


async def test_an_early_refusal_is_heard(tmp_path: Path) -> None:
    async def refuses(_: web.Request) -> web.StreamResponse:
        return web.json_response({"error": "file too large"}, status=413)

    film = film_in(tmp_path, size=60_000_000)
    async with host(refuses) as origin:
        wire = wire_to(origin, QUICK)
        try:
            answer = await send_form(wire, f"{origin}/upload", None, film, deaf)
            assert answer.status == 413
        except Interrupted:
            pass  # the host hung up before its answer was read
        await wire.close()


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_line_carries_every_byte(tmp_path: Path, encrypted: bool) -> None:
    bodies: list[bytes] = []

    async def keep(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.read())
        return web.json_response({})

    film, (server, client) = film_in(tmp_path, size=5_000_001), loopback_contexts(tmp_path)
    async with (
        host(keep, server if encrypted else None) as origin,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=client)) as http,
    ):
        body = FilmBody(film, 1, film.size_bytes, stall_s=10, head=b"<", tail=b">")
        async with http.post(f"{origin}/upload", data=body) as answer:
            assert answer.status == 200
    assert bodies == [b"<" + film.path.read_bytes()[1:] + b">"]


async def test_a_sending_that_was_cancelled_ends_for_the_host_too(tmp_path: Path) -> None:
    """The thread that sends has descriptors of its own, which would keep the line open."""
    begun, cancelled, broken = asyncio.Event(), asyncio.Event(), asyncio.Event()
    count = 0

    async def reads_once(request: web.Request) -> web.StreamResponse:
        await request.content.readany()
        nonlocal count
        begun.set()
        await cancelled.wait()
        try:
            async for block in request.content.iter_any():
                count += len(block)
        except ConnectionError:
            broken.set()
        return web.Response()

    film = film_in(tmp_path, size=100_000_000)
    async with host(reads_once) as origin:
        wire = wire_to(origin, QUICK)
        sending = asyncio.create_task(send_form(wire, f"{origin}/upload", None, film, deaf))
        await begun.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        cancelled.set()
        async with asyncio.timeout(5):
            await broken.wait()
        await wire.close()
    assert count < film.size_bytes / 2


def test_a_file_name_is_one_that_every_host_takes(tmp_path: Path) -> None:
    film = film_in(tmp_path)
    for name, sent in (('a"b\r\nc é.mp4', "a-b-c-.mp4"), ("...", "film.mp4"), ("x" * 250, "x" * 100)):
        assert file_name(replace(film, path=Path(name))) == sent
