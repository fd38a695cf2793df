"""Trees of `.strm` files: names that every file system takes, and no two the same."""

import io
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_gateway.domain.entries import Entry, Origin, Show
from wellspring_gateway.domain.file_names import folder, plain
from wellspring_gateway.domain.strm import File, Tree
from wellspring_gateway.domain.zipping import Zip

ORIGIN = Origin("http://nas:8000")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
TITLES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


def entry(show: Show, number: str = "1", season: int = 1, name: str | None = None) -> Entry:
    """Return an episode of a title."""
    return Entry(
        show=show,
        id=show.id * 1000 + int(float(number)),
        season=season,
        number=Decimal(number),
        created_at=NOW,
        name=name,
    )


def paths(*entries: Entry) -> list[str]:
    """Return the paths of a tree."""
    return [file.path for file in Tree(ORIGIN).files(entries)]


@pytest.mark.parametrize(
    ("title", "year", "name"),
    [
        ("The Glory", 2022, "The Glory (2022)"),
        ("The Glory", None, "The Glory"),
        ('What/If: "A" <B>?*|\\', 2019, "What If A B (2019)"),
        ("Dots...", None, "Dots"),
        (" . hidden", None, "hidden"),
        ("CON", None, "CON_"),
        ("com¹.x", None, "com¹.x_"),
        ("CON", 2020, "CON (2020)"),
        ("???", None, "title [wsp-7]"),
        ("..", None, "title [wsp-7]"),
        ("Sita (2008)", None, "Sita (2008) [wsp-7]"),
        ("A\u202eB", None, "AB [wsp-7]"),
        ("A [wsp-3]", None, "A (wsp-3] [wsp-7]"),
        ("ข" * 60, None, "ข" * 40 + " [wsp-7]"),
    ],
)
def test_a_title_becomes_a_folder(title: str, year: int | None, name: str) -> None:
    assert folder(title, year, title_id=7, has_twin=False) == name


def test_of_two_titles_of_one_name_the_younger_bears_its_id() -> None:
    assert folder("Sita", 2008, title_id=9, has_twin=True) == "Sita (2008) [wsp-9]"


@given(title=TITLES, year=st.none() | st.integers(1870, 2200))
def test_every_name_is_good_on_windows_and_short_enough(title: str, year: int | None) -> None:
    for kind in ("series", "movie"):
        show = Show(id=2**63 - 1, kind=kind, title=title, slug="x", year=year)
        for path in paths(entry(show, "99999.99", 99999), entry(show, "0", 0)):
            for part in path.split("/"):
                assert 0 < len(part.encode()) <= 255
                assert not set(part) & set('\\/:*?"<>|')
                assert all(unicodedata.category(letter) not in {"Cc", "Cf"} for letter in part)
                assert part == part.strip(" ")
                assert part not in {".", ".."}
                assert not part.endswith(".")
                assert part.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


@given(TITLES, TITLES)
def test_what_looks_the_same_without_its_odd_letters_is_told_apart(one: str, other: str) -> None:
    """Letter case and ASCII punctuation are the business of `name_key`, in Postgres."""
    first, second = (folder(text, None, title_id=n, has_twin=False) for n, text in enumerate((one, other), 1))
    if first.casefold() == second.casefold():
        assert not plain(one)[1]
        assert not plain(other)[1]


def test_a_series_and_a_film_lie_as_media_centres_want_them() -> None:
    series = Show(id=1, kind="series", title="Show", slug="show", year=2020)
    film = Show(id=2, kind="movie", title="Film", slug="film", year=2021)
    found = paths(
        entry(series, "0", 0), entry(series, "2"), entry(series, "12.5"), entry(film), entry(film, "2")
    )
    assert [path for path in found if path.endswith(".strm")] == [
        "Shows/Show (2020)/Season 00/Show S00E00.strm",
        "Shows/Show (2020)/Season 01/Show S01E02.strm",
        "Shows/Show (2020)/Season 01/Show S01E12.5.strm",
        "Movies/Film (2021)/Film (2021).strm",
        "Movies/Film (2021)/Film (2021) S01E02.strm",
    ]
    assert found.count("Shows/Show (2020)/tvshow.nfo") == 1


@given(title=TITLES, synopsis=st.text(max_size=40), name=st.text(max_size=40))
def test_an_nfo_is_xml_whatever_it_says(title: str, synopsis: str, name: str) -> None:
    show = Show(id=1, kind="series", title=title, slug="x", synopsis=synopsis, genres=(name,), imdb_id=name)
    for file in Tree(ORIGIN).files([entry(show, "1", name=name)]):
        if file.path.endswith(".nfo"):
            root = ET.fromstring(file.body)
            assert root.find("uniqueid") is not None


def many(count: int) -> Iterator[File]:
    """Yield many files."""
    return (
        File(f"Shows/Show {n // 100}/S01E{n}.strm", f"http://nas:8000/w/{n}\n".encode()) for n in range(count)
    )


LONG = [pytest.param(count, marks=pytest.mark.long) for count in (65_534, 70_000)]


@pytest.mark.parametrize("count", [0, 1, 2_500, 65_535, *LONG])
def test_a_zip_is_read_by_who_knows_zips(count: int) -> None:
    zipped, written = Zip(), io.BytesIO()
    files = many(count)
    while batch := [file for _, file in zip(range(1000), files, strict=False)]:
        written.write(zipped.add(batch))
    for part in zipped.end():
        written.write(part)
    with zipfile.ZipFile(written) as found:
        assert [info.filename for info in found.infolist()] == [file.path for file in many(count)]
        # the reader holds each body to its checksum: of very many a few hundred, and the last
        for n in (*range(0, count, max(1, count // 500)), *range(count)[-1:]):
            assert found.read(found.infolist()[n]) == f"http://nas:8000/w/{n}\n".encode()


def test_a_zip_keeps_little_of_what_is_gone() -> None:
    zipped, count = Zip(), 50_000
    for start in range(0, count, 1000):
        zipped.add(
            File(
                f"Shows/Show {n // 50}/Season 01/Show {n // 50} S01E{n % 50:02d}.strm",
                f"http://nas:8000/w/{n}/auto/x.mp4\n".encode(),
            )
            for n in range(start, start + 1000)
        )
    assert sum(map(len, zipped._kept)) / count < 16
