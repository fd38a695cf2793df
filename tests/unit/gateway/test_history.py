"""How much was watched, and bringing back what was taken out of the history."""

from datetime import UTC, datetime
from typing import Any

import pytest

from wellspring_common.errors import Permanent
from wellspring_gateway.domain.cursors import encode_cursor
from wellspring_gateway.domain.history import is_undo, undo_of, undone
from wellspring_gateway.domain.progress import percent

from .own_pages import SEEN


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, 50),
        ({"finished": True}, 100),
        ({"position_s": 119.9}, 99),
        ({"position_s": 500}, 99),
        ({"position_s": 0}, 0),
        ({"duration_s": None}, None),
        ({"duration_s": 0}, None),
    ],
)
def test_only_what_was_finished_is_wholly_watched(changes: dict[str, Any], shown: int | None) -> None:
    assert percent(SEEN.model_copy(update=changes)) == shown


def test_what_was_taken_out_comes_back_as_it_was() -> None:
    watched_at = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
    gone = SEEN.model_copy(update={"position_s": 61.25, "finished": True, "watched_at": watched_at})
    episode_id, told = undone(undo_of(gone))
    assert episode_id == gone.episode_id
    assert (told.position_s, told.duration_s, told.finished, told.watched_at) == (
        gone.position_s,
        gone.duration_s,
        gone.finished,
        gone.watched_at,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        encode_cursor("watched"),
        encode_cursor("saved", 1, '{"position_s": 1}'),
        encode_cursor("watched", "x", '{"position_s": 1}'),
        encode_cursor("watched", 2**63, '{"position_s": 1}'),
        encode_cursor("watched", 1, '{"position_s": -1}'),
        encode_cursor("watched", 1, '{"position_s": 1, "user_id": 2}'),
        encode_cursor("watched", 1, "{"),
    ],
)
def test_what_we_never_wrote_brings_nothing_back(text: str) -> None:
    assert not is_undo(text)
    with pytest.raises(Permanent) as refused:
        undone(text)
    assert refused.value.code == "invalid"
