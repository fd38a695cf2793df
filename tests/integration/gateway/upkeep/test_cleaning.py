"""The clean-up against real tables: two phases, undone whole, and never on doubt or during an outage."""

from datetime import timedelta

import pytest

from tests.integration.common.library import add_job
from wellspring_common.errors import Permanent
from wellspring_gateway.adapters.cleaning import KEPT

from .conftest import DAY, NOW, RULES, Library

GRACE = RULES.grace


async def test_a_title_whose_every_source_is_gone_is_marked_and_goes_a_day_later(library: Library) -> None:
    gone, half, whole = [await library.add() for _ in range(3)]
    await library.gone(*gone.source_ids, half.source_ids[0])

    first = await library.clean()
    assert first.counts == {"mark": 1, "wait": 0, "unmark": 0, "trash": 0}
    assert [(one["title_id"], one["verdict"], one["reason"]) for one in first.titles] == [
        (gone.title_id, "mark", "sources_gone")
    ]
    assert await library.marked() == [gone.title_id]
    [mark] = await library.cleaning.marks(10)
    assert (mark["marked_at"], mark["statistics"]) == (
        NOW,
        {"sources": 2, "gone_in_scrapes": 3, "playable_links": 0},
    )
    assert (await library.clean(GRACE - timedelta(minutes=1))).counts["wait"] == 1
    assert await library.in_trash() == []

    last = await library.clean(GRACE)
    assert last.counts == {"mark": 0, "wait": 0, "unmark": 0, "trash": 1}
    assert await library.in_trash() == [gone.title_id]
    assert await library.marked() == []
    assert {half.title_id, whole.title_id}.isdisjoint(await library.in_trash())
    row = await library.sql.fetchrow(
        "select deleted_by, deleted_because, clean_run from catalog.titles where id = $1", gone.title_id
    )
    assert row is not None
    assert (row["deleted_by"], row["clean_run"]) == ("clean-up", last.id)
    assert row["deleted_because"] == "sources_gone"


async def test_a_run_tells_the_library_before_and_after(library: Library) -> None:
    gone, whole = await library.add(), await library.add()
    await library.add_link(whole)
    await library.add_link(gone, state="dead")
    await library.gone(*gone.source_ids)
    await library.clean()
    run = await library.clean(GRACE)
    assert run.before == {
        "titles": 2,
        "in_trash": 0,
        "episodes": 2,
        "sources": 4,
        "marked": 1,
        "links": {"alive": 1, "unknown": 0, "suspect": 0, "dead": 1},
        "candidates": {"no_source": 0, "sources_gone": 1},
    }
    assert run.after == {
        "titles": 1,
        "in_trash": 1,
        "episodes": 1,
        "sources": 2,
        "marked": 0,
        "links": {"alive": 1, "unknown": 0, "suspect": 0, "dead": 0},
        "candidates": {"no_source": 0, "sources_gone": 0},
    }
    assert run.id is not None
    kept = await library.cleaning.one(run.id)
    assert kept is not None
    assert (kept.before, kept.after, kept.counts) == (run.before, run.after, run.counts)
    assert [one["title_id"] for one in kept.titles] == [gone.title_id]


async def test_a_title_without_a_source_goes_unless_it_is_new(library: Library) -> None:
    old, new = await library.add(qualities=()), await library.add(qualities=(), age=timedelta(hours=23))
    # an old title that has just been given an episode: its sources are about to come
    growing = await library.add(qualities=())
    await library.sql.execute(
        "insert into catalog.episodes (title_id, number, created_at) values ($1, 2, $2)",
        growing.title_id,
        NOW - timedelta(hours=1),
    )
    await library.clean()
    assert await library.marked() == [old.title_id]
    await library.clean(GRACE)
    assert await library.in_trash() == [old.title_id]
    assert await library.marked() == [new.title_id, growing.title_id]


async def test_never_scraped_expired_or_failing_is_not_gone(library: Library) -> None:
    never = await library.add()
    expired = await library.add()
    await library.add_link(expired, expires_at=NOW - 40 * DAY, basis="parameter")
    failing = await library.add()
    for hours in range(5):
        then = NOW - timedelta(hours=hours)
        await add_job(library.sql, failing.episode_id, requested_at=then, state="failed")
    dead = await library.add()
    await library.add_link(dead, state="dead")
    assert (await library.clean()).counts == {"mark": 0, "wait": 0, "unmark": 0, "trash": 0}
    assert len({one.title_id for one in (never, expired, failing, dead)}) == 4


@pytest.mark.parametrize(
    ("state", "changes", "goes"),
    [
        ("alive", {}, False),
        ("alive", {"expires_at": NOW - DAY}, False),
        ("alive", {"expires_at": NOW - DAY, "basis": "parameter"}, True),
        ("alive", {"generation": 2}, True),
        ("suspect", {}, True),
    ],
    ids=["plays", "expiry guessed", "expiry known", "verdict on another address", "suspect"],
)
async def test_a_link_that_plays_keeps_a_title_whose_pages_are_gone(
    library: Library, state: str, changes: dict[str, object], goes: bool
) -> None:
    episode = await library.add()
    await library.gone(*episode.source_ids)
    await library.add_link(episode, state=state, **changes)
    await library.clean()
    assert await library.marked() == ([episode.title_id] if goes else [])


@pytest.mark.parametrize(("times", "days"), [(2, 5), (3, 1.9)])
async def test_fewer_scrapes_or_closer_ones_prove_nothing(library: Library, times: int, days: float) -> None:
    episode = await library.add()
    await library.gone(*episode.source_ids, times=times, days=days)
    assert list((await library.clean()).titles) == []


async def test_a_title_that_recovers_loses_its_mark(library: Library) -> None:
    episode = await library.add()
    await library.gone(*episode.source_ids)
    await library.clean()
    await library.sql.execute("delete from links.source_gone where source_id = $1", episode.source_ids[0])
    run = await library.clean(GRACE)
    assert run.counts == {"mark": 0, "wait": 0, "unmark": 1, "trash": 0}
    assert (await library.marked(), await library.in_trash()) == ([], [])


async def test_a_rehearsal_changes_nothing(library: Library) -> None:
    episode = await library.add()
    await library.gone(*episode.source_ids)
    run = await library.clean(dry=True)
    assert (run.id, run.counts["mark"], run.before) == (None, 1, run.after)
    assert (await library.marked(), await library.cleaning.recent(5)) == ([], [])


async def test_a_run_is_undone_whole_and_what_came_back_is_left_alone(library: Library) -> None:
    first, second = await library.add(), await library.add()
    await library.gone(*first.source_ids, *second.source_ids)
    await library.clean()
    run = await library.clean(GRACE)
    assert run.id is not None
    await library.trash.restore(second.title_id, by="ada", now=NOW + GRACE)
    assert await library.cleaning.undo(run.id, by="ada", now=NOW + 2 * DAY) == [first.title_id]
    assert await library.in_trash() == []
    assert (await library.clean(20 * DAY)).counts == {"mark": 0, "wait": 0, "unmark": 0, "trash": 0}
    undone = await library.cleaning.one(run.id)
    assert undone is not None
    assert (undone.undone_by, undone.undone_at, list(undone.titles)) == ("ada", NOW + 2 * DAY, [])
    # after a month of rest the old evidence counts again: the pages are still gone
    assert (await library.clean(33 * DAY)).counts["mark"] == 2


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("insert into health.host_state (host, position) values ('files.example:443', 'open')", "files.ex"),
        ("insert into health.host_state (host, position) values ('files.example:443', 'half_open')", "files"),
        ("update health.own_network set since = now()", "our own network"),
    ],
    ids=["open", "half open", "own network"],
)
async def test_nothing_happens_while_a_breaker_is_open(library: Library, statement: str, named: str) -> None:
    episode = await library.add()
    await library.gone(*episode.source_ids)
    await library.clean()
    await library.sql.execute(statement)
    with pytest.raises(Permanent, match=named) as refused:
        await library.clean(GRACE)
    assert refused.value.code == "breaker_open"
    with pytest.raises(Permanent, match=named):
        await library.cleaning.run_due(RULES, every_hours=1, now=NOW + GRACE)
    assert await library.in_trash() == []
    assert len((await library.clean(GRACE, dry=True)).held_back) == 1


async def test_runs_are_kept_for_their_time(library: Library) -> None:
    episode = await library.add()
    await library.gone(*episode.source_ids)
    await library.clean()
    run = await library.clean(GRACE)
    assert await library.cleaning.purge(now=NOW + KEPT) == 0
    assert await library.cleaning.purge(now=NOW + KEPT + 2 * DAY) == 2
    assert run.id is not None
    assert await library.cleaning.one(run.id) is None
    assert await library.cleaning.undo(run.id, by="ada", now=NOW) is None
    assert await library.in_trash() == [episode.title_id]
