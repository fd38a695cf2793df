"""The catalogue is the same at every start, and its clips have a place each."""

import json
import re

import pytest

from wellspring_demo.domain.catalogue import SERVERS, Catalogue, minted_source, source_id
from wellspring_demo.media.card import clock_box, draw_card, draw_clock, size_of
from wellspring_demo.state import CATALOGUE_FILE


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(json.loads(CATALOGUE_FILE.read_text(encoding="utf-8")))


def test_there_are_four_series_and_two_films(catalogue: Catalogue) -> None:
    kinds = [title["kind"] for title in catalogue.titles]
    assert (kinds.count("series"), kinds.count("movie")) == (4, 2)


def test_every_episode_has_a_page_in_three_qualities(catalogue: Catalogue) -> None:
    pages = [
        url
        for title in catalogue.listing("http://site")
        for episode in title["episodes"]
        for url in episode["sources"].values()
    ]
    assert len(pages) == len(set(pages)) == 16 * 3
    assert all(re.fullmatch(r"http://site/[vj]/[0-9a-z]{15}", url) for url in pages)
    assert {url.rsplit("/", 1)[1] for url in pages} == set(catalogue.sources)


def test_one_episode_shows_its_links_by_script_alone(catalogue: Catalogue) -> None:
    scripted = [
        (title["show"], episode["number"])
        for title in catalogue.listing("http://site")
        for episode in title["episodes"]
        if any("/j/" in url for url in episode["sources"].values())
    ]
    assert scripted == [("Nine Lantern Ferry", 2)]


def test_ids_do_not_change_between_starts() -> None:
    assert source_id("The Salt Orchard", 1, 1, 480) == "2tb54wrmchveof7"


def test_every_source_has_a_clip_of_its_own_on_each_server(catalogue: Catalogue) -> None:
    assert len(catalogue.clips) == len(catalogue.sources) * len(SERVERS)
    assert len({clip.media_key for clip in catalogue.clips.values()}) == len(catalogue.clips)


def test_file_names_say_what_a_file_is(catalogue: Catalogue) -> None:
    names = {source.file_name for source in catalogue.sources.values()}
    assert "The.Salt.Orchard.S01E01.480p.mp4" in names
    assert "The.Cartographers.Winter.2021.1080p.mp4" in names


def test_stock_clips_of_one_quality_and_server_share_a_file() -> None:
    catalogue = Catalogue([])
    sources = [
        catalogue.add(minted_source("Stock", number, 480, serial=number, year=2026, stock=True))
        for number in (1, 2)
    ]
    clips = [catalogue.clip(source, "fsl") for source in sources]
    assert clips[0].key != clips[1].key
    assert clips[0].media_key == clips[1].media_key


@pytest.mark.parametrize("wish", [{"quality": 333}, {"quality": 480, "servers": ["mega"]}])
def test_a_source_that_this_world_cannot_serve_is_refused(wish: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"quality|servers"):
        minted_source("X", 1, serial=1, year=2026, **wish)  # type: ignore[arg-type]


@pytest.mark.parametrize("quality", [480, 720, 1080])
def test_a_card_has_the_size_of_its_quality_and_room_for_its_clock(
    catalogue: Catalogue, quality: int
) -> None:
    source = next(source for source in catalogue.sources.values() if source.quality == quality)
    clip = catalogue.clip(source, "fsl")
    card = draw_card(clip)
    assert card.size == size_of(quality)
    left, top, right, bottom = clock_box(quality)
    assert draw_clock(clip, card, 9).size == (right - left, (bottom - top) * 10)
    assert right < card.width
