"""An address of an episode without links: it is scraped while the player waits, within bounds."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.gateway.test_live import bus_of, envelope
from tests.support.gateway import eventually
from wellspring_common.events.links import LinksUpdated

from .conftest import Cinema, Got


async def waiting(cinema: Cinema) -> "tuple[asyncio.Task[Got], Any]":
    """Open the address, and return its answer to come with the job that it led to."""
    opened = asyncio.create_task(cinema.open())
    sql = "select id, reason, requested_by from links.jobs"
    job = await eventually(lambda: cinema.gateway.sql.fetchrow(sql), lambda row: row is not None)
    return opened, job


async def end(cinema: Cinema, job: Any, state: str, before: Callable[[], Any] | None = None) -> None:
    """End the job as the refresher does: rows first, then the fact."""
    if before is not None:
        await before()
    await cinema.gateway.sql.execute(
        "update links.jobs set state = $2, started_at = now(), finished_at = now() where id = $1",
        job["id"],
        state,
    )
    told = LinksUpdated(episode_id=cinema.episode, job_id=job["id"], state=state, changed=())
    async with bus_of(cinema.gateway) as bus:
        await bus.publish(told, envelope())


async def test_a_player_waits_for_the_scrape_and_gets_its_link(cinema: Cinema) -> None:
    opened, job = await waiting(cinema)
    assert (job["reason"], job["requested_by"]) == ("force", "address")
    await end(cinema, job, "succeeded", lambda: cinema.add(720, "pixel", "fresh.mp4"))
    answer = await opened
    assert (answer.status, answer.location) == (302, cinema.films.url("fresh.mp4"))


async def test_a_scrape_that_finds_nothing_ends_the_wait(cinema: Cinema) -> None:
    opened, job = await waiting(cinema)
    await end(cinema, job, "failed")
    answer = await opened
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    again = await cinema.open()
    assert (again.status, int(again.headers["Retry-After"]) > 30) == (503, True)  # the back-off of a scrape
    assert await cinema.gateway.count("links.jobs") == 1


async def test_a_wait_has_an_end_and_leaves_the_job_alone(cinema: Cinema) -> None:
    await cinema.tune(address_wait_seconds=0.3)

    began = asyncio.get_running_loop().time()
    assert (await cinema.open()).status == 503
    assert 0.3 <= asyncio.get_running_loop().time() - began < 5
    assert await cinema.gateway.sql.fetchval("select state from links.jobs") == "queued"


async def test_two_players_wait_for_one_scrape(cinema: Cinema, capfd: pytest.CaptureFixture[str]) -> None:
    opened, job = await waiting(cinema)
    second = asyncio.create_task(cinema.open(480))

    async def said() -> str:
        return capfd.readouterr().out

    await eventually(said, lambda text: "deduplicated=True" in text)
    await end(cinema, job, "succeeded", lambda: cinema.add(480, "pixel", "fresh.mp4"))
    assert [(await each).status for each in (opened, second)] == [302, 302]
    assert await cinema.gateway.count("links.jobs") == 1


async def test_a_client_may_have_so_many_scrapes_an_hour(cinema: Cinema) -> None:
    await cinema.tune(address_wait_seconds=0)
    answers = [await cinema.open() for _ in range(22)]
    assert {answer.status for answer in answers} == {503}
    assert int(answers[0].headers["Retry-After"]) == 30
    assert 3000 < int(answers[-1].headers["Retry-After"]) <= 3600


async def test_a_client_may_open_so_many_films_a_minute(cinema: Cinema) -> None:
    await cinema.add(720, "pixel", "720.mp4")
    path = f"/w/{cinema.episode}/720/film.mp4"
    seen = [(await cinema.get(path, Range="bytes=5000-")).status for _ in range(121)]
    assert (set(seen[:120]), seen[120]) == ({302}, 429)
    assert int((await cinema.open()).headers["Retry-After"]) <= 60
    assert (await cinema.get(path, method="HEAD")).status == 302


async def test_a_film_whose_links_all_died_is_scraped_again(cinema: Cinema) -> None:
    await cinema.add(720, "pixel", "old.mp4")
    cinema.films.status["/old"] = 410
    opened, job = await waiting(cinema)
    await end(cinema, job, "succeeded", lambda: cinema.add(720, "fsl", "fresh.mp4"))
    assert (await opened).location == cinema.films.url("fresh.mp4")
    (told,) = await cinema.gateway.told("playback.failed")
    assert (told["server"], told["reason"]) == ("pixel", "expired")


async def test_a_cooldown_holds_no_player_up_whose_links_all_died_since(cinema: Cinema) -> None:
    for number in range(8):  # more than one opening looks at before it asks for others
        await cinema.add(720, f"server{number}", f"old{number}.mp4")
    await cinema.gateway.sql.execute(
        "insert into links.jobs (id, episode_id, kind, lane, reason, state, requested_at) values"
        " (gen_random_uuid(), $1, 'scrape', 'interactive', 'force', 'succeeded', now() - interval '3 min')",
        cinema.episode,
    )
    assert (await cinema.open()).location.startswith(cinema.films.url("old"))
    assert await cinema.gateway.count("links.jobs") == 1
    cinema.films.status["/old"] = 404
    opened = asyncio.create_task(cinema.open())
    sql = "select id from links.jobs where requested_by = 'address'"
    job = await eventually(lambda: cinema.gateway.sql.fetchrow(sql), lambda row: row is not None)
    await end(cinema, job, "succeeded", lambda: cinema.add(720, "fsl", "fresh.mp4"))
    assert (await opened).location == cinema.films.url("fresh.mp4")
    assert len(await cinema.gateway.told("playback.failed")) == 8
