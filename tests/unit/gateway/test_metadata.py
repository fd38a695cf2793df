"""Answers of providers and NFO files as facts, whatever is in them."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.metadata import MEDIA, SHOW
from wellspring_common.errors import Permanent
from wellspring_gateway.domain import anilist, tmdb
from wellspring_gateway.domain.editing import fit
from wellspring_gateway.domain.metadata import differences
from wellspring_gateway.domain.nfo_reading import LARGEST_NFO, read_nfo

from .test_editing import HELD, vet

IMAGES = "https://images.example/t/p"
TVSHOW = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<tvshow>
  <title>The Glory</title><originaltitle>더 글로리</originaltitle>
  <ratings><rating name="imdb" max="10"><value>8.1</value></rating>
    <rating name="tmdb" max="10" default="true"><value>8.123456</value></rating></ratings>
  <plot>A teacher has waited.</plot><runtime>50</runtime>
  <thumb spoof="" aspect="poster" preview="">https://images.example/p.jpg</thumb>
  <uniqueid type="imdb">tt21344706</uniqueid><uniqueid type="tmdb" default="true">136283</uniqueid>
  <genre>Drama / Mystery</genre><genre>Thriller</genre>
  <premiered>2022-12-30</premiered><status>Ended</status><studio>Netflix</studio>
</tvshow>
"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
# the shape of an answer with anything in the place of its values
BROKEN_SHOW = st.fixed_dictionaries({}, optional=dict.fromkeys(SHOW, JSON))
BROKEN_MEDIA = st.fixed_dictionaries({}, optional=dict.fromkeys(MEDIA, JSON))


def test_details_of_tmdb_become_the_fields_of_a_title() -> None:
    found = tmdb.facts(SHOW, kind="series", images=IMAGES)
    assert found.page == "https://www.themoviedb.org/tv/136283"
    assert fit(found.texts, vet=vet) == {
        "title": "The Glory",
        "original_title": "더 글로리",
        "kind": "series",
        "format": "TV",
        "year": "2022",
        "release_date": "2022-12-30",
        "status": "completed",
        "total_episodes": "16",
        "duration": "50 min",
        "language": "ko",
        "genres": "Drama, Mystery",
        "synopsis": "A teacher has waited for years.",
        "score": "8.12",
        "studio": "Hwa&Dam Pictures, Studio Dragon",
        "imdb_id": "tt21344706",
        "tmdb_id": "136283",
        "poster_url": f"{IMAGES}/w500/glory.jpg",
    }


def test_a_film_of_tmdb_has_its_own_names_for_things() -> None:
    film = {"id": 550, "title": "A Film", "runtime": 139, "status": "Released", "imdb_id": "tt0137523"}
    texts = fit(
        tmdb.facts({**film, "release_date": "1999-10-15"}, kind="movie", images=IMAGES).texts, vet=vet
    )
    assert (texts["title"], texts["duration"], texts["year"]) == ("A Film", "139 min", "1999")
    assert (texts["status"], texts["imdb_id"], texts["format"]) == ("completed", "tt0137523", "Movie")
    assert "total_episodes" not in texts


def test_media_of_anilist_become_the_fields_of_a_title() -> None:
    found = anilist.facts({"data": {"Media": {**MEDIA, "coverImage": {"large": "https://i.example/l.png"}}}})
    assert found is not None
    texts = fit(found.texts, vet=vet)
    assert texts["synopsis"] == "The adventure is over.\n\nBut life goes on & on."
    assert (texts["title"], texts["score"], texts["release_date"]) == ("Frieren", "9.1", "2023-09-29")
    assert (texts["studio"], texts["producer"], texts["language"]) == ("MADHOUSE", "Aniplex", "ja")
    assert (texts["anilist_id"], texts["total_episodes"], texts["status"]) == ("154587", "28", "completed")


def test_an_nfo_of_kodi_becomes_the_fields_of_a_title() -> None:
    texts = fit(read_nfo(TVSHOW.encode()).texts, vet=vet)
    assert (texts["title"], texts["genres"]) == ("The Glory", "Drama, Mystery, Thriller")
    assert (texts["score"], texts["duration"], texts["status"]) == ("8.12", "50 min", "completed")
    assert (texts["imdb_id"], texts["tmdb_id"]) == ("tt21344706", "136283")
    assert texts["poster_url"] == "https://images.example/p.jpg"


def test_what_follows_the_first_element_of_an_nfo_does_not_matter() -> None:
    several = (
        "<episodedetails><title>One</title><season>1</season><episode>7</episode><aired>2024-04-06</aired>"
        "</episodedetails>\n<episodedetails><title>Two</title></episodedetails>"
    )
    found = read_nfo(several.encode()).episode
    assert found is not None
    assert (found.name, found.season, found.number, found.aired_at) == ("One", "1", "7", "2024-04-06")
    assert (
        read_nfo(b"<movie><title>A</title></movie>\nhttps://www.imdb.com/title/tt0137523/").texts["title"]
        == "A"
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            b'<!DOCTYPE movie [<!ENTITY a SYSTEM "file:///etc/passwd">]><movie><title>&a;</title></movie>',
            "unsafe_nfo",
        ),
        (b"<!DOCTYPE movie><movie/>", "unsafe_nfo"),
        (b"<html/>", "bad_nfo"),
        (b"https://www.themoviedb.org/tv/136283", "bad_nfo"),
        (b"<movie><title>", "bad_nfo"),
        (b"<movie>" * 50, "bad_nfo"),
        (b"<movie>" + b"<a/>" * 30_000 + b"</movie>", "bad_nfo"),
        (b'<?xml version="1.0" encoding="x-none"?><movie/>', "bad_nfo"),
        (b"<movie>" + b" " * LARGEST_NFO, "nfo_too_large"),
    ],
)
def test_files_that_are_none_or_not_harmless_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(Permanent) as refused:
        read_nfo(content)
    assert refused.value.code == code


@given(JSON | BROKEN_SHOW, st.sampled_from(["series", "movie"]))
@example(
    {"id": 10**400, "vote_average": float("nan"), "episode_run_time": [True], "poster_path": "//evil"},
    "series",
)
def test_no_answer_of_tmdb_crashes_us(answer: Any, kind: str) -> None:
    texts = fit(tmdb.facts(answer, kind=kind, images=IMAGES).texts, vet=vet)
    assert texts["kind"] == kind
    for one in tmdb.candidates({"results": [answer, SHOW]}, kind=kind):
        assert one.title
        assert one.key.isdigit()


@given(JSON | BROKEN_MEDIA)
def test_no_answer_of_anilist_crashes_us(media: Any) -> None:
    found = anilist.facts({"data": {"Media": media}})
    assert found is None or fit(found.texts, vet=vet)["kind"] in {"series", "movie"}
    listed = anilist.candidates({"data": {"Page": {"media": [media, MEDIA]}}}, images=IMAGES)
    assert listed[-1].key == "154587"


NODES = st.recursive(
    st.text(max_size=12).map(lambda text: f"<![CDATA[{text.replace(']]>', '')}]]>"),
    lambda inner: st.tuples(
        st.sampled_from(
            ["title", "year", "runtime", "rating", "ratings", "uniqueid", "thumb", "genre", "aired"]
        ),
        st.lists(inner, max_size=3),
    ).map(lambda node: f"<{node[0]}>{''.join(node[1])}</{node[0]}>"),
    max_leaves=10,
)


@given(
    st.binary(max_size=200)
    | st.lists(NODES, max_size=8).map(lambda n: f"<movie>{''.join(n)}</movie>".encode(errors="replace"))
)
def test_no_file_crashes_us(content: bytes) -> None:
    try:
        found = read_nfo(content)
    except Permanent as error:
        assert error.code in {"bad_nfo", "unsafe_nfo"}  # noqa: PT017
    else:
        assert fit(found.texts, vet=vet).get("kind") in {"movie", "series", None}


def test_differences_tell_what_is_filled_changed_and_locked() -> None:
    found = {
        "title": "The Glory",
        "year": "2023",
        "synopsis": "New.",
        "status": "completed",
        "rights": "owned",
    }
    rows = {row.name: row.verdict for row in differences(HELD, found, locked=["synopsis"])}
    assert rows == {"year": "changes", "synopsis": "locked", "status": "fills", "rights": "fills"}


def test_a_search_of_anilist_within_a_year_asks_for_that_year() -> None:
    asked = anilist.search("frieren", kind="movie", year="2023")["variables"]
    assert asked == {"search": "frieren", "year": 20229999, "before": 20240000, "formats": ["MOVIE"]}
