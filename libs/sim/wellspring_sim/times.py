"""Two clocks and the way between them: the model counts seconds, the real code reads dates."""

from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_last = [(0.0, BEGIN)]


def date_of(seconds: float) -> datetime:
    """Return the date of a moment of the model: many ask for the same one in a row."""
    known, date = _last[0]  # `lru_cache` takes twice as long where moments differ
    if known != seconds:
        date = BEGIN + timedelta(seconds=seconds)
        _last[0] = (seconds, date)
    return date


def seconds_of(date: datetime) -> float:
    """Return the moment of the model at a date."""
    return (date - BEGIN) / _SECOND
