"""What is known of a file that is being written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_uploader.domain.downloads_part import (
    SAMPLE,
    Part,
    Sample,
    content_range,
    matches,
    part_of,
    sampled_ranges,
    strong,
)


@given(st.integers(min_value=1, max_value=10 * SAMPLE))
def test_samples_lie_in_the_file_apart_and_at_both_ends(size: int) -> None:
    ranges = sampled_ranges(size)
    assert ranges[0].start == 0
    assert ranges[-1].stop == size
    assert all(before.stop <= after.start for before, after in pairwise(ranges))
    assert all(0 < len(each) <= SAMPLE for each in ranges)
    assert len(ranges) <= 3


def test_nothing_has_no_samples() -> None:
    assert sampled_ranges(0) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bytes 0-99/1000", (0, 99, 1000)),
        ("Bytes 5-5/6", (5, 5, 6)),
        ("bytes */1000", None),
        ("bytes 0-99/*", None),
        ("bytes 9-5/10", None),
        ("bytes 0-10/10", None),
        ("items 0-9/10", None),
        ("bytes -1-9/10", None),
        ("", None),
        ("bytes ٠-٩/١٠", None),
        ("bytes 0-9/" + "9" * 40, None),
    ],
)
def test_a_range_is_read_only_where_it_says_everything(text: str, found: object) -> None:
    assert content_range(text) == found


@pytest.mark.parametrize(("etag", "kept"), [('"a"', '"a"'), ('W/"a"', None), (None, None), ('""', None)])
def test_only_a_strong_tag_promises_the_same_bytes(etag: str | None, kept: str | None) -> None:
    assert strong(etag) == kept


def test_every_sample_has_to_be_found_again() -> None:
    first, last = Sample(at=0, length=4, sha256="a"), Sample(at=8, length=4, sha256="b")
    assert matches([first, last], [last, first])
    assert not matches([first, last], [first])
    assert not matches([first], [first.model_copy(update={"sha256": "c"})])


def test_a_row_that_cannot_be_read_is_an_empty_part() -> None:
    assert part_of({"done": "many"}) == Part()
    assert part_of(None) == Part()
    kept = Part(done=5, size=9, link=(1, 2), samples=(Sample(at=0, length=1, sha256="x"),))
    assert part_of(kept.model_dump(mode="json")) == kept
    assert part_of({**kept.model_dump(mode="json"), "later": 1}) == kept


def test_a_part_that_begins_again_remembers_what_it_was_through() -> None:
    part = Part(done=5, size=9, restarts=2, bad=((1, 1),), waits=3)
    again = part.afresh(restarts=3)
    assert (again.done, again.size, again.restarts, again.bad, again.waits) == (0, None, 3, ((1, 1),), 3)
