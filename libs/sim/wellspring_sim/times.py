"""Two clocks and the way between them: the model counts seconds, the real code reads dates."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=64)
def date_of(seconds: float) -> datetime:
    """Return the date of a moment of the model: many ask for the same one in a row."""
    return BEGIN + timedelta(seconds=seconds)


def seconds_of(date: datetime) -> float:
    """Return the moment of the model at a date."""
    return (date - BEGIN) / _SECOND
