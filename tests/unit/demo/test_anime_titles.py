"""The invented titles are many, always the same, and have every habit that lists are known for."""

from decimal import Decimal

import pytest

from wellspring_demo.domain.anime.detail import detail_page
from wellspring_demo.domain.anime.offers import MIRRORS, Offer, downloads, mirrors, read_id, read_key
from wellspring_demo.domain.anime.places import Places, episode_slug, read_episode_slug
from wellspring_demo.domain.anime.posters import poster
from wellspring_demo.domain.anime.shelf import Shelf
from wellspring_demo.domain.anime.titles import all_titles

PLACES = Places("http://anime.example.invalid")
NOW = 1_800_000_000.0


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(lambda: NOW)


def test_there_are_many_and_always_the_same() -> None:
    titles = all_titles()
    assert titles == all_titles()
    assert len(titles) >= 200
    assert sum(len(anime.episodes) for anime in titles) >= 3_000
    assert len({anime.slug for anime in titles}) == len({anime.title for anime in titles}) == len(titles)


def test_every_post_has_a_number_of_its_own_that_leads_back(shelf: Shelf) -> None:
    posts = [anime.post_id for anime in shelf.titles()]
    for anime in shelf.titles():
        posts += [episode.post_id for episode in anime.episodes]
        assert shelf.by_post(anime.post_id) == (anime, None)
        for episode in anime.episodes:
            assert shelf.by_post(episode.post_id) == (anime, episode)
            assert read_episode_slug(episode_slug(anime, episode)) == (anime.stem, episode.number)
            assert shelf.episode(anime.stem, episode.number) == (anime, episode)
    assert len(set(posts)) == len(posts)


def test_specimens_have_their_habits(shelf: Shelf) -> None:
    def numbers(habit: str) -> list[Decimal]:
        return [episode.number for episode in shelf.specimen(habit).episodes]

    assert numbers("from_zero")[0] == 0
    assert Decimal("7.5") in numbers("half")
    assert numbers("half") == sorted(numbers("half"))
    assert numbers("batch_only") == []
    assert shelf.specimen("batch_only").batch
    assert len(numbers("long")) == 220
    assert "pembatas-episode" in detail_page(PLACES, shelf.specimen("separated"))
    assert "/lengkap/" in detail_page(PLACES, shelf.specimen("lengkap"))
    assert "<b>Skor</b>: </span>" in detail_page(PLACES, shelf.specimen("bare"))
    assert "<b>Total Episode</b>: Unknown" in detail_page(PLACES, shelf.specimen("ongoing"))


def test_a_page_lists_the_newest_first_and_says_which_is_the_last(shelf: Shelf) -> None:
    page = detail_page(PLACES, shelf.specimen("from_zero"))
    assert page.count('id="serieslist"') == page.count('class="episodelist"') == 3
    assert "Episode 12 (End) Subtitle Indonesia" in page
    assert page.index("-episode-12-") < page.index("-episode-11-") < page.index("-episode-0-")


def test_names_are_escaped(shelf: Shelf) -> None:
    page = detail_page(PLACES, shelf.specimen("escaped"))
    assert "<Chizu>" not in page
    assert "&lt;Chizu&gt;" in page


def test_offers_differ_and_are_found_again(shelf: Shelf) -> None:
    episodes = shelf.specimen("long").episodes
    sets = {tuple(mirrors(episode).values()) for episode in episodes}
    assert len(sets) > 20
    assert len({tuple(downloads(episode).values()) for episode in episodes}) > 20
    assert {name for found in sets for names in found for name in names} == set(MIRRORS)
    offer = Offer(episodes[0].post_id, 480, "ondesu")
    assert read_key(offer.key) == read_id(offer.id) == offer
    assert read_key("nonsense") is read_id("nonsense") is None


def test_posters_are_small_pictures_that_differ(shelf: Shelf) -> None:
    drawn = [poster(anime) for anime in shelf.titles()[:20]]
    assert all(picture.startswith(b"\x89PNG\r\n") and len(picture) <= 30_000 for picture in drawn)
    assert len(set(drawn)) == 20
    assert poster(shelf.titles()[0]) == drawn[0]


def test_a_release_puts_a_title_on_top_of_its_list(shelf: Shelf) -> None:
    before = shelf.specimen("ongoing")
    after = shelf.apply({"do": "release", "slug": before.slug})
    assert before.newest is not None
    assert after.newest is not None
    assert after.newest.number == before.newest.number + 1
    assert shelf.listed(ongoing=True)[0] == after
    assert shelf.moment(after).changed == shelf.changed == NOW


def test_a_last_episode_completes_a_title(shelf: Shelf) -> None:
    slug = shelf.specimen("ongoing").slug
    after = shelf.apply({"do": "release", "slug": slug, "last": True})
    assert not after.ongoing
    assert after.newest is not None
    assert after.total == after.newest.number
    assert "(End)" in detail_page(PLACES, after)
    assert shelf.listed(ongoing=False)[0] == after
    with pytest.raises(ValueError, match="not ongoing"):
        shelf.apply({"do": "release", "slug": slug})


def test_changed_facts_leave_the_order_of_the_list(shelf: Shelf) -> None:
    anime = shelf.listed(ongoing=True)[5]
    order = [one.post_id for one in shelf.listed(ongoing=True)]
    after = shelf.apply({"do": "change", "slug": anime.slug, "facts": {"score": "9.99", "genres": ["Drama"]}})
    assert (after.score, after.genres) == ("9.99", ("Drama",))
    assert shelf.moment(after).changed == NOW
    assert [one.post_id for one in shelf.listed(ongoing=True)] == order


def test_a_renamed_title_is_found_under_both_names(shelf: Shelf) -> None:
    anime = shelf.specimen("half")
    after = shelf.apply({"do": "rename", "slug": anime.slug, "to": "new-name-sub-indo", "episodes": True})
    assert shelf.by_slug(anime.slug) == shelf.by_slug("new-name-sub-indo") == after
    assert shelf.by_stem(anime.stem) == shelf.by_stem("new-name") == after
    assert after.post_id == anime.post_id


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"do": "release", "slug": "nobody"}, "no title"),
        ({"do": "explode"}, "do must be"),
        ({"do": "change", "facts": {"weather": "fine"}}, "facts must be"),
        ({"do": "rename", "to": ""}, "to must be"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    shelf: Shelf, change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        shelf.apply({"slug": shelf.specimen("ongoing").slug, **change})
