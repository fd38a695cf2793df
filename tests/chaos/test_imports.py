"""An import that is cut off and sent again with its key stores every row once, and tells it once."""

import asyncio
import random
import sys
from collections.abc import Callable, Sequence

import pytest

from tests.chaos.importing import Answers, File, held_up, imported_claim, insist, send, stored, waits_for
from tests.chaos.instead import instead
from tests.chaos.storm import killed
from tests.chaos.test_cleaning import as_service
from tests.chaos.truth import Mark, left_behind, mark
from tests.chaos.weather import settled
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

BATCH = 500
"""Rows that the gateway stores in one transaction."""
EACH = 50
SHOWS = 12
HELD = BATCH // EACH
"""The show that the second batch begins with."""
MANY_SHOWS = 60
KILLS = 8

Tell = Callable[[object], None]


def file_of(name: str, shows: int = SHOWS) -> File:
    """Return a file of more rows than one transaction takes."""
    return File([f"{name} {at}" for at in range(1, shows + 1)], EACH, name.lower().replace(" ", "-"))


async def cut_off(running: Running, victim: str, file: File, answers: Answers) -> None:
    """Kill a process while a file is stored by half, and see that this half is there."""
    stack, show = running.stack, file.shows[HELD]
    async with running.operator.session.post(
        f"{running.url}/api/v1/titles",
        json={"title": show, "kind": "series"},
        headers=running.operator.headers,
    ) as response:
        assert response.status == 201, await response.text()
    async with held_up(stack, show) as holder:
        asking = asyncio.create_task(send(running, file, answers))
        await eventually(lambda: waits_for(stack, holder), lambda held: held or asking.done())
        assert not asking.done(), answers
        stack.kill(victim)
        if victim == "gateway":
            assert not await asking
        if victim != "postgres":
            assert sum(row["number"] is not None for row in await stored(stack, [file])) == BATCH
    await stack.supervisor.processes[victim].gone()
    await stack.wait_ready("postgres", "nats", "gateway")
    assert await asking is (victim == "nats"), "without its broker the gateway goes on accepting"
    episodes = sum(row["number"] is not None for row in await stored(stack, [file]))
    assert episodes == (len(file.places) if victim == "nats" else BATCH)


# what others had in hand when their broker or their database died comes again after 30 s
@pytest.mark.parametrize("victim", ["gateway", "postgres", "nats"])
async def test_an_import_that_is_cut_off_and_sent_again_stores_and_tells_each_row_once(
    running: Running, tell: Tell, victim: str
) -> None:
    stack, answers = running.stack, Answers()
    since, file = await mark(stack), file_of(f"Imported Despite {victim}")
    await cut_off(running, victim, file, answers)
    await insist(running, file, answers)
    first = answers.of[file.key]
    assert (first["imported"], first["existing"], first["failed"]) == (len(file.places), 0, 0)
    await insist(running, file, answers)
    assert answers.of[file.key] == first, "sent again it is answered as it was at first"
    await settled(stack, since)
    claim = await imported_claim(running, [file], answers, since, kills=1)
    tell(claim)
    assert (claim.why, claim.lost, claim.twice) == ((), 0, 0)
    assert claim.committed == claim.effects == SHOWS * EACH
    assert await left_behind(stack, since) == {}
    await assert_it_can_tell(running, [file], answers, since)


async def assert_it_can_tell(running: Running, files: Sequence[File], answers: Answers, since: Mark) -> None:
    """Fail unless a row that is gone and a title that is there twice are seen: the ledger's own controls."""
    async with as_service(running.stack, "gateway") as connection:
        await connection.execute(
            "delete from catalog.episodes where number = 7 and title_id = "
            "(select id from catalog.titles where title = $1)",
            files[0].shows[0],
        )
        assert (await imported_claim(running, files, answers, since, kills=0)).lost == 1
        await connection.execute(
            "insert into catalog.titles (kind, title, slug) values ('series', $1, $2)",
            files[0].shows[1],
            f"{files[0].key}-once-more",
        )
        assert (await imported_claim(running, files, answers, since, kills=0)).twice == 1


async def test_a_large_import_through_kills_at_any_moment_stores_and_tells_each_row_once(
    running: Running, tell: Tell
) -> None:
    stack, answers, chance = running.stack, Answers(), random.Random(11)
    since, file, over = await mark(stack), file_of("Imported In A Storm", MANY_SHOWS), asyncio.Event()

    async def send_again_and_again() -> None:
        while not over.is_set():
            await insist(running, file, answers)

    async with asyncio.TaskGroup() as group:
        for _ in range(2):  # whoever got no answer may ask once more while the first is still at work
            group.create_task(send_again_and_again())
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0, 1.5))
            await killed(stack, chance.choice(("gateway", "gateway", "postgres", "nats")))
        over.set()
    await settled(stack, since)
    claim = await imported_claim(running, [file], answers, since, kills=KILLS)
    tell(claim)
    assert (claim.why, claim.lost, claim.twice) == ((), 0, 0)
    assert claim.committed == claim.effects == MANY_SHOWS * EACH
    assert answers.cut > 0
    assert await left_behind(stack, since) == {}


@pytest.mark.control
async def test_the_ledger_of_imports_sees_a_gateway_that_tells_after_it_stored(
    running: Running, tell: Tell
) -> None:
    answers, since, file = Answers(), await mark(running.stack), file_of("Imported Untold")
    argv = (sys.executable, "-m", "tests.chaos.careless_gateway", "tells-later")
    async with instead(running.stack, "gateway", argv=argv):
        asking = asyncio.create_task(send(running, file, answers))
        await eventually(lambda: stored(running.stack, [file]), bool)
        await killed(running.stack, "gateway")
        await asking
        await insist(running, file, answers)
    await settled(running.stack, since)
    claim = await imported_claim(running, [file], answers, since, kills=1)
    tell(claim)
    assert (claim.lost >= BATCH, claim.twice) == (True, 0)
