"""Addresses of the addon protocol, and hints for caches, without a server."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_gateway.domain.offers import Link
from wellspring_gateway.domain.stremio import Asked, Reference, asked, reference
from wellspring_gateway.domain.stremio_streams import cache_hints

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def link(seconds: float | None) -> Link:
    """Return a link that ends in so many seconds."""
    ends = NOW + timedelta(seconds=seconds) if seconds is not None else None
    values = (1, 1, 1, 720, "fsl", "fsl", "stream", "mp4", "https://f.example/1", False, None, None)
    return Link(*values, ends, "default", "alive", None, None, None)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("catalog/series/wellspring.json", Asked("catalog", "series", "wellspring")),
        ("catalog/movie/x/skip=100.json", Asked("catalog", "movie", "x", {"skip": "100"})),
        ("catalog/movie/x/search=a%26b%2Fc%3Dd.json", Asked("catalog", "movie", "x", {"search": "a&b/c=d"})),
        ("catalog/movie/x/search=a+b%2Bc.json", Asked("catalog", "movie", "x", {"search": "a b+c"})),
        ("stream/series/tt1%3A2%3A3.json", Asked("stream", "series", "tt1:2:3")),
        ("stream/series/a.json.json", Asked("stream", "series", "a.json")),
        ("catalog/movie/x/search=.json", Asked("catalog", "movie", "x", {"search": ""})),
        ("catalog/movie/x", None),
        ("catalog/movie.json", None),
        ("catalog/movie/.json", None),
        ("catalog/movie/x/a/b.json", None),
        ("subtitles/movie/x.json", None),
        ("catalog/tv/x.json", None),
        ("catalog/movie/%FF.json", None),
        ("catalog/movie/x/%FF=1.json", None),
    ],
)
def test_a_raw_path_says_what_is_asked(raw: str, found: Asked | None) -> None:
    assert asked(raw) == found


@given(st.text(max_size=80))
def test_no_path_is_a_crash(raw: str) -> None:
    for text in (raw, f"catalog/movie/{raw}.json", f"catalog/movie/x/{raw}.json"):
        found = asked(text)
        if found is not None:
            assert found.skip is None or 0 <= found.skip < 1_000_000
            assert "\x00" not in found.query + found.genre
            reference(found.id)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wsp:12", Reference(12, None)),
        ("wsp:12:1:12.5", Reference(12, None, 1, Decimal("12.5"))),
        ("tt0898266:9:17", Reference(None, "tt0898266", 9, Decimal(17))),
        ("tt0898266", Reference(None, "tt0898266")),
        ("wsp:12:1", None),
        ("wsp:012", None),
        ("wsp:12:1:1.2.3", None),
        ("tt08982٦٦", None),
        ("tt0898266:9:17\n", None),
    ],
)
def test_an_id_means_a_title_or_an_episode(text: str, found: Reference | None) -> None:
    assert reference(text) == found


@pytest.mark.parametrize("ends", [[], [0.5], [-60], [3600, 1]])
def test_nothing_that_ends_at_once_is_kept(ends: list[float]) -> None:
    assert cache_hints([link(seconds) for seconds in ends], now=NOW) == "no-cache"


@given(st.lists(st.floats(min_value=2, max_value=10**6), min_size=1, max_size=5))
def test_a_list_is_never_kept_beyond_its_first_link(ends: list[float]) -> None:
    said = cache_hints([link(seconds) for seconds in ends], now=NOW)
    numbers = {part.split("=")[0]: int(part.split("=")[1]) for part in said.split(", ")[1:]}
    assert 1 <= numbers["max-age"] <= 300
    later = max(numbers["stale-while-revalidate"], numbers["stale-if-error"])
    assert numbers["max-age"] + later <= min(ends)


def test_links_without_an_end_are_kept_for_minutes() -> None:
    assert cache_hints([link(None)], now=NOW).startswith("public, max-age=300,")
