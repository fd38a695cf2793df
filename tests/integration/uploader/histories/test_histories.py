"""Whatever goes wrong and wherever a worker dies: at most once, in order, and no draft stays."""

from datetime import timedelta

import pytest

from tests.integration.common.databases import opened
from tests.integration.uploader.histories.drawing import Death, History, Mishap, draw
from tests.integration.uploader.histories.running import Ledger, least, run
from tests.integration.uploader.histories.stormy import Blind, Broken, Hasty, Petty, StormyTarget
from tests.integration.uploader.publishing_rig import Rig
from wellspring_cli.testing import Database as FreshDatabase

SHORT, PER_PART = 4, 50
"""Histories of the short form: one is three thousand statements. The long form goes on behind them."""


async def through(
    seeds: range, rig: Rig, database: FreshDatabase, kind: type[StormyTarget] = StormyTarget
) -> Ledger:
    """Run the histories of seeds. One that fails is made smaller, and told as it can be run again."""
    ledger = Ledger()
    async with opened(database, "uploader") as held:

        async def trouble(history: History) -> str | None:
            try:
                await run(history, rig, held, kind)
            except Exception as error:  # noqa: BLE001  (whatever it is)
                return f"{type(error).__name__}: {error}"
            return None

        for seed in seeds:
            history = draw(seed)
            try:
                ledger += await run(history, rig, held, kind)
            except Exception as error:
                smallest = await least(history, trouble)
                said = await trouble(smallest)
                raise Broken(f"seed {seed}: {said}\n{smallest}") from error
    return ledger


async def test_any_history_publishes_each_film_at_most_once_and_in_order(
    rig: Rig, database: FreshDatabase
) -> None:
    ledger = await through(range(SHORT), rig, database)
    assert ledger.faults + ledger.deaths > ledger.histories
    assert ledger.published > ledger.films / 2


@pytest.mark.long
@pytest.mark.parametrize("part", range(11))
async def test_hundreds_of_histories_publish_each_film_at_most_once(
    rig: Rig, database: FreshDatabase, part: int
) -> None:
    first = SHORT + part * PER_PART
    ledger = await through(range(first, first + PER_PART), rig, database)
    print(f"\nhistories {first} to {first + PER_PART - 1}: {ledger}")  # noqa: T201  (the ledger of the run)
    assert ledger.histories == PER_PART
    assert ledger.published > ledger.films / 2


LOST = Mishap("create", 0, "unknown", is_done=True)


@pytest.mark.parametrize(
    ("kind", "mishaps", "said"),
    [
        (Blind, (LOST,), "drafts are left|no end"),
        (Hasty, (LOST,), "published twice"),
        (Petty, (Mishap("create", 0, "quota", is_done=False),), "tries for 0 failures"),
    ],
    ids=["nobody looks", "published at once", "a quota is a failure"],
)
async def test_a_worker_that_is_made_careless_is_found_out(
    rig: Rig, database: FreshDatabase, kind: type[StormyTarget], mishaps: tuple[Mishap, ...], said: str
) -> None:
    async with opened(database, "uploader") as held:
        careless = History((2, 1), mishaps=mishaps)
        assert (await run(careless, rig, held)).published == 3
        with pytest.raises(Broken, match=said):
            await run(careless, rig, held, kind, longest=timedelta(days=1))


async def test_a_death_at_every_write_of_a_film_is_survived(rig: Rig, database: FreshDatabase) -> None:
    async with opened(database, "uploader") as held:
        for is_done in (False, True):
            for write in range(1, 11):
                history = History((1,), deaths=(Death(write, is_done),))
                ledger = await run(history, rig, held)
                assert (ledger.published, ledger.deaths) == (1, 1), history
