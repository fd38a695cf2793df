"""What lies in the trash, and which looks at links may be asked for."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from wellspring_gateway.domain.probing import ProbeFilter
from wellspring_gateway.domain.trash import LONGEST_REASON, TrashedTitle, parse_reason

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_a_title_is_gone_for_good_after_thirty_days() -> None:
    one = TrashedTitle(1, "a", "A", "movie", None, 1, 2, NOW, "ada", None, None)
    assert one.purged_at == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("said", "kept"),
    [(None, None), ("  ", None), (" twice\n in  it ", "twice in it"), ("a\u202eb\x07", "ab")],
)
def test_a_reason_is_one_line_or_nothing(said: str | None, kept: str | None) -> None:
    assert parse_reason(said) == kept


@pytest.mark.parametrize("said", ["x" * (LONGEST_REASON + 1), "a\x00b", "\ud800"])
def test_a_reason_that_cannot_be_kept_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="A reason"):
        parse_reason(said)


def test_only_the_conditions_that_were_given_are_said() -> None:
    assert ProbeFilter().said() == {}
    wanted = ProbeFilter(limit=1, older_than_hours=0, timeout_s=60, host=" cdn.example ", title="a")
    assert wanted.said() == {
        "limit": 1,
        "older_than_hours": 0,
        "timeout_s": 60,
        "host": "cdn.example",
        "title": "a",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"older_than_hours": -1},
        {"timeout_s": 0},
        {"timeout_s": 60.1},
        {"timeout_s": float("nan")},
        {"host": "two words"},
        {"host": "a\x00b"},
        {"title": ""},
        {"episode_id": 0},
        {"episode_id": 2**63},
        {"force": True},
    ],
    ids=str,
)
def test_conditions_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ProbeFilter.model_validate(wrong)
