"""Two titles become one, or stay two, as a person says."""

import json

import pytest

from wellspring_common.outbox import Outbox
from wellspring_gateway.adapters.merges import PostgresMerges

from .conftest import SCHEMA, Library
from .found import NOW, episode, title


@pytest.fixture
def merges(library: Library) -> PostgresMerges:
    return PostgresMerges(library.database, Outbox(SCHEMA))


async def two_of_a_name(library: Library) -> tuple[int, int, int]:
    """Store two titles that may be one, with an episode in common, and return their ids and the doubt's."""
    await library.store(title(episodes=[episode(1), episode(2)], year=None))
    other = [episode(number, slug="other") for number in (2, 3)]
    await library.store(title(key="other", episodes=other, imdb_id="tt7", year=None))
    older, younger = [row["id"] for row in await library.rows("select id from catalog.titles order by id")]
    [doubt] = await library.rows("select id from catalog.merge_candidates")
    return older, younger, doubt["id"]


async def test_an_open_pair_is_listed_with_both_titles(library: Library, merges: PostgresMerges) -> None:
    older, younger, doubt = await two_of_a_name(library)
    [pair] = await merges.open()
    assert (pair["id"], pair["reason"]) == (doubt, "same_name")
    assert (pair["a_id"], pair["b_id"], pair["a_episodes"], pair["b_slug"]) == (
        younger,
        older,
        2,
        "frost-lantern",
    )
    assert pair["a_refs"] == ["otakudesu · other"]


@pytest.mark.parametrize("keep_older", [True, False])
async def test_one_title_is_made_of_two(library: Library, merges: PostgresMerges, keep_older: bool) -> None:
    older, younger, doubt = await two_of_a_name(library)
    into = older if keep_older else younger
    assert await merges.merge(doubt, into=into, now=NOW) == 1
    [row] = await library.rows("select id, imdb_id from catalog.titles")
    assert row == {"id": into, "imdb_id": "tt7"}
    numbers = await library.rows(
        "select number from catalog.episodes where title_id = $1 order by number", into
    )
    assert [int(each["number"]) for each in numbers] == [1, 2, 3]
    [both] = await library.rows(
        "select count(*) as pages from catalog.sources as s "
        "join catalog.episodes as e on e.id = s.episode_id "
        "where e.number = 2"
    )
    assert both["pages"] == 2
    assert await merges.open() == []
    told = [
        json.loads(each["payload"])
        for each in await library.rows(
            "select payload from catalog.outbox where subject = 'catalog.changed' order by id desc limit 2"
        )
    ]
    assert {(each["title_id"], each["change"], len(each["episode_ids"])) for each in told} == {
        (younger if keep_older else older, "removed", 1),
        (into, "changed", 2),
    }
    [merger] = [each["merger"] for each in told if each["merger"] is not None]
    [gone] = next(each["episode_ids"] for each in told if each["change"] == "removed")
    [stays] = await library.rows("select id from catalog.episodes where title_id = $1 and number = 2", into)
    assert merger == {"into": into, "episodes": [{"gone": gone, "stays": stays["id"]}]}


async def test_what_was_merged_is_known_by_both_keys_and_makes_no_twin(
    library: Library, merges: PostgresMerges
) -> None:
    older, _, doubt = await two_of_a_name(library)
    await merges.merge(doubt, into=older, now=NOW)
    before = await library.stored()
    again = await library.store(
        title(episodes=[episode(1), episode(2)], year=None),
        title(
            key="other",
            episodes=[episode(number, slug="other") for number in (2, 3)],
            imdb_id="tt7",
            year=None,
        ),
    )
    assert (again.titles_added, again.episodes_added, again.sources_added) == (0, 0, 0)
    assert await library.stored() == before


async def test_plays_of_both_episodes_are_added_up(library: Library, merges: PostgresMerges) -> None:
    older, _, doubt = await two_of_a_name(library)
    await library.admin.execute(
        "insert into catalog.plays (episode_id, day, started, first_try) "
        "select id, '2026-01-01', 2, 2 from catalog.episodes where number = 2"
    )
    await merges.merge(doubt, into=older, now=NOW)
    assert await library.rows("select started from catalog.plays") == [{"started": 4}]


async def test_a_pair_that_is_kept_apart_is_not_asked_about_again(
    library: Library, merges: PostgresMerges
) -> None:
    older, _, doubt = await two_of_a_name(library)
    assert await merges.keep_apart(doubt, by=1)
    assert not await merges.keep_apart(doubt, by=1)
    assert await merges.open() == []
    assert await merges.merge(doubt, into=older, now=NOW) is None
    await library.store(title(imdb_id="tt7", year=None))
    assert await merges.open() == []


async def test_pairs_are_met_page_by_page_and_counted(library: Library, merges: PostgresMerges) -> None:
    _, _, doubt = await two_of_a_name(library)
    assert await merges.waiting() == 1
    assert [pair["id"] for pair in await merges.open(limit=1)] == [doubt]
    assert [pair["id"] for pair in await merges.open(before=doubt + 1)] == [doubt]
    assert await merges.open(before=doubt) == []
    assert await merges.keep_apart(doubt, by=1)
    assert await merges.waiting() == 0


async def test_a_third_title_is_no_answer(library: Library, merges: PostgresMerges) -> None:
    _, younger, doubt = await two_of_a_name(library)
    assert await merges.merge(doubt, into=younger + 1, now=NOW) is None
    assert len(await library.rows("select from catalog.titles")) == 2


async def test_nothing_is_merged_into_or_out_of_the_trash(library: Library, merges: PostgresMerges) -> None:
    older, younger, doubt = await two_of_a_name(library)
    await library.admin.execute("update catalog.titles set deleted_at = now() where id = $1", older)
    for into in (older, younger):
        assert await merges.merge(doubt, into=into, now=NOW) is None
    assert len(await library.rows("select from catalog.titles")) == 2
