"""What upload platforms decide, without a platform."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_demo.domain.platforms.boxes import FilmFacts, box, film_facts, tiny_film
from wellspring_demo.domain.platforms.limits import DAY_S, PLANS, Plan, Taken, over_limit, plan_from
from wellspring_demo.domain.platforms.spans import Spans, asks_position, content_range
from wellspring_demo.domain.platforms.stages import Pace, Stage, stage_at
from wellspring_demo.domain.platforms.tokens import Grant, TokenWriter
from wellspring_demo.platforms import contract

HOUR_S = 3_600.0


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=12))
def test_spans_know_each_byte_that_has_come(pieces: list[tuple[int, int]]) -> None:
    spans, bytes_there = Spans(60), set[int]()
    for start, length in pieces:
        stop = min(60, start + length)
        assert spans.touches(start, stop) is bool(bytes_there & set(range(start, stop)))
        spans.add(start, stop)
        bytes_there |= set(range(start, stop))
    assert {byte for first, last in spans.parts for byte in range(first, last)} == bytes_there
    assert spans.received == len(bytes_there)
    assert spans.parts == sorted(spans.parts)
    gaps = [after[0] - before[1] for before, after in zip(spans.parts, spans.parts[1:], strict=False)]
    assert all(gap > 0 for gap in gaps)


def test_spans_are_told_with_their_last_bytes() -> None:
    spans = Spans(40, [(20, 30), (0, 10)])
    assert (spans.header(), spans.complete) == ("0-9,20-29/40", False)
    spans.add(10, 20)
    spans.add(30, 40)
    assert (spans.header(), spans.complete) == ("0-39/40", True)


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (5, 5), (6, 5), (0, 11)])
def test_a_span_outside_the_file_is_none(start: int, stop: int) -> None:
    with pytest.raises(ValueError, match="no span"):
        Spans(10).add(start, stop)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("bytes 0-9/40", (0, 10, 40)),
        ("bytes 39-39/40", (39, 40, 40)),
        ("bytes 9-0/40", None),
        ("bytes 0-40/40", None),
        ("bytes 0-9/*", None),
        ("bytes */40", None),
        ("0-9/40", None),
    ],
)
def test_a_content_range_is_read_or_is_none(text: str, read: tuple[int, int, int] | None) -> None:
    assert content_range(text) == read
    assert asks_position(text) is (text == "bytes */40")


def taken(*hours_ago: float, seconds: float = 60) -> list[Taken]:
    return [Taken(10 * DAY_S - hours * HOUR_S, seconds) for hours in hours_ago]


@pytest.mark.parametrize(
    ("before", "seconds", "which", "free_in_h"),
    [
        (taken(*range(1, 15)), 60, None, 0),
        (taken(*range(1, 16)), 60, "videos_per_day", 9),
        (taken(*range(10, 25)), 60, None, 0),
        (taken(*range(1, 18)), 60, "videos_per_day", 9),
        (taken(1, 2, 3, 4, 5, seconds=7_200), 60, "seconds_per_day", 19),
        (taken(1, 2, 3, 4, seconds=7_200), 7_200, None, 0),
        (taken(1, 2, 3, 4, 23, seconds=7_200), 7_200, "seconds_per_day", 1),
        ([], 7_200, None, 0),
    ],
)
def test_a_standard_account_makes_fifteen_videos_and_ten_hours_in_any_day(
    before: list[Taken], seconds: float, which: str | None, free_in_h: float
) -> None:
    now = 10 * DAY_S
    found = over_limit(PLANS["standard"], before, seconds, 1_000, now)
    assert (found.which if found else None) == which
    if found:
        assert found.free_at == pytest.approx(now + free_in_h * HOUR_S)
        assert over_limit(PLANS["standard"], before, seconds, 1_000, (found.free_at or 0) + 1) is None


@pytest.mark.parametrize(
    ("seconds", "size", "which"), [(7_201, 1, "video_seconds"), (1, 4 * 1024**3 + 1, "video_bytes")]
)
def test_waiting_does_not_help_a_video_that_is_too_long_or_too_large(
    seconds: float, size: int, which: str
) -> None:
    found = over_limit(PLANS["standard"], [], seconds, size, 0)
    assert found is not None
    assert (found.which, found.passes) == (which, False)
    assert over_limit(PLANS["premium"], [], seconds, size, 0) is None


@pytest.mark.parametrize("wish", ["golden", 5, {"videos": 3}])
def test_a_plan_that_there_is_not_is_explained(wish: Any) -> None:
    with pytest.raises(ValueError, match="plan"):
        plan_from(wish)
    assert plan_from({"videos_per_day": 3}) == Plan(videos_per_day=3)


def test_an_unlimited_plan_has_no_limit() -> None:
    assert over_limit(PLANS["unlimited"], taken(*range(1, 20)), 10**6, 10**12, 10 * DAY_S) is None


@pytest.mark.parametrize(
    ("elapsed", "published", "verdict", "stage"),
    [
        (None, True, None, Stage("waiting")),
        (9, True, None, Stage("waiting")),
        (60, True, None, Stage("processing", 50, 0)),
        (115, True, None, Stage("processing", 100, 50)),
        (120, True, None, Stage("published")),
        (120, False, None, Stage("ready")),
        (59, True, "encoding_error", Stage("processing", 49, 0)),
        (60, True, "encoding_error", Stage("encoding_error")),
        (109, True, "rejected", Stage("processing", 99, 0)),
        (110, True, "rejected", Stage("rejected")),
    ],
)
def test_a_video_goes_through_its_stages(
    elapsed: float | None, published: bool, verdict: str | None, stage: Stage
) -> None:
    pace = Pace(waiting_s=10, encoding_s=100, publishing_s=10)
    assert stage_at(elapsed, pace, published=published, verdict=verdict) == stage
    assert stage.watchable is (stage.status in {"ready", "published"})


def test_a_pace_of_no_time_is_done_at_once() -> None:
    assert stage_at(0, Pace(0, 0, 0), published=True, verdict=None) == Stage("published")


@given(st.floats(0, 100_000), st.integers(0, 5_000))
def test_a_tiny_film_says_what_it_claims(seconds: float, size: int) -> None:
    film = tiny_film(seconds, size)
    assert film_facts(io.BytesIO(film), len(film)) == FilmFacts(round(seconds * 1_000), 640, 360)
    assert len(film) in {size, len(tiny_film(seconds))}


@pytest.mark.parametrize(
    "film", [b"", b"no film at all", bytes(1_000), tiny_film(60)[:-1], box(b"moov", b"")]
)
def test_what_is_no_whole_film_has_no_facts(film: bytes) -> None:
    assert film_facts(io.BytesIO(film), len(film)) is None


GRANT = Grant("v2", "client_credentials", ("video.manage",), 1_800.0, 0, 1)


def test_a_token_is_read_by_the_world_that_wrote_it_only() -> None:
    writer = TokenWriter(b"secret")
    token = writer.write(GRANT)
    assert writer.read(token) == GRANT
    assert TokenWriter(b"another").read(token) is None
    head, body, mac = token.split(".")
    for changed in (f"{head}.{body[:-2]}.{mac}", f"{head}.{body}.{mac[:-1]}", "x", "", "a.b.c", "ä.ö.ü"):
        assert writer.read(changed) is None


def test_every_word_of_the_contract_has_a_source_and_what_is_made_up_is_named() -> None:
    assert all(url.startswith("https://") for url in contract.SOURCES.values())
    wanted = {
        "quota refusal",
        "v2 status words",
        "v2 source",
        "file_url lifetime",
        "drafts",
        "list lag",
        "chunks",
    }
    assert wanted <= set(contract.ASSUMED)
    assert len(contract.CATEGORIES) == 17
    assert len(contract.RECEIPT) == 12
