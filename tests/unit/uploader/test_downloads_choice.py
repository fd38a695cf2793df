"""Which link an episode is fetched from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from wellspring_uploader.domain.downloads_choice import Candidate, Wanted, in_order, usable

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TRUST = timedelta(hours=1)
LINK = Candidate(
    1, 1, "pixel", "download", "mp4", 720, "https://pixel.example/a", state="alive",
    expires_at=NOW + timedelta(hours=1), expiry_basis="parameter",
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "is_used"),
    [
        ({}, True),
        ({"kind": "embed"}, False),
        ({"kind": "stream"}, True),
        ({"container": "hls"}, True),
        ({"container": "dash"}, False),
        ({"container": "mkv"}, True),
        ({"state": "dead"}, False),
        ({"state": "suspect"}, True),
        ({"host_down": True}, False),
        ({"expires_at": NOW - timedelta(seconds=1)}, False),
        ({"generation": 2}, True),
        ({"link_id": 9}, False),
    ],
)
def test_what_may_be_fetched(change: dict[str, object], is_used: bool) -> None:
    link = replace(LINK, **change)  # type: ignore[arg-type]
    assert bool(usable([link], now=NOW, trust=TRUST, refused={(9, 1)})) == is_used


def servers(wanted: Wanted, *links: Candidate) -> list[str]:
    return [link.server for link in in_order(links, wanted)]


def test_the_best_quality_comes_first_where_none_is_asked_for() -> None:
    low, high, unknown = (
        replace(LINK, server=name, quality=lines)
        for name, lines in (("low", 480), ("high", 1080), ("unknown", None))
    )
    assert servers(Wanted(None, ()), unknown, low, high) == ["high", "low", "unknown"]
    assert servers(Wanted(720, ()), high, unknown, low) == ["unknown", "low", "high"]
    assert servers(Wanted(480, ()), high, unknown, low) == ["low", "unknown", "high"]


def test_health_comes_before_preference_and_one_file_before_segments() -> None:
    suspect = replace(LINK, server="suspect", state="suspect")
    stream = replace(LINK, server="stream", container="hls")
    once = replace(LINK, server="once", refresh_class="single_use")
    good = replace(LINK, server="good", reliability=0.9)
    bad = replace(LINK, server="bad", reliability=0.2)
    preferred = replace(LINK, server="preferred", reliability=0.1)
    found = servers(Wanted(None, ("preferred", "suspect")), suspect, stream, once, bad, good, preferred)
    assert found == ["preferred", "good", "bad", "once", "stream", "suspect"]


def test_what_has_begun_is_gone_on_with_before_anything_better() -> None:
    begun = replace(LINK, link_id=2, server="begun", quality=480, state="suspect")
    same = replace(LINK, link_id=3, server="same", quality=480)
    better = replace(LINK, link_id=4, server="better", quality=1080)
    wanted = Wanted(None, (), begun.key, begun.quality)
    assert servers(wanted, better, same, begun) == ["begun", "same", "better"]
