"""Dates as Indonesian and English sites write them, without a library for all the world's calendars."""

import re
from datetime import date, datetime, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari pebruari february feb peb",
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu agt agus ags aug",
            "september sep sept",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}
_UNITS = {
    name: timedelta(seconds=seconds)
    for seconds, names in (
        (1, "detik dtk second sec"),
        (60, "menit mnt minute min"),
        (3600, "jam hour hr"),
        (86_400, "hari day"),
        (7 * 86_400, "minggu pekan week wk"),
        (30 * 86_400, "bulan month"),
        (365 * 86_400, "tahun year yr"),
    )
    for name in names.split()
}
_NAMED = {"hari ini": 0, "today": 0, "kemarin": 1, "yesterday": 1, "baru saja": 0, "just now": 0}
_LONGEST = 200
_TWO_DIGITS = 70

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s.,-]+([a-z]{3,9})\.?[\s.,'-]*(\d{4})(?!\d)")
_MONTH_FIRST = re.compile(r"(?<![a-z])([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?[\s.,]+(\d{4})(?!\d)")
_MONTH_ONLY = re.compile(r"(?<![a-z])([a-z]{3,9})\.?[\s.,]+(\d{4})(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_AGO = re.compile(
    r"(?<![a-z\d])(?:(\d{1,4})\s*|(?:a|an|one|satu)\s+|se)"
    rf"({'|'.join(sorted(_UNITS, key=len, reverse=True))})s?"
    r"\s*(?:ago|(?:yang |yg )?lalu)"
)
_TOKENS = re.compile(r"yyyy|yy|MMMM|MMM|MM|M|dd|d")
_TOKEN_PATTERNS = {
    "yyyy": r"(?P<year>\d{4})",
    "yy": r"(?P<short>\d{2})",
    "MMMM": r"(?P<name>[a-z]{3,9})",
    "MMM": r"(?P<name>[a-z]{3,9})\.?",
    "MM": r"(?P<month>\d{1,2})",
    "M": r"(?P<month>\d{1,2})",
    "dd": r"(?P<day>\d{1,2})",
    "d": r"(?P<day>\d{1,2})",
}


def date_of(text: str, today: datetime) -> date | None:
    """Return the day that a text tells, written out or counted back from `today`, or nothing."""
    return written_date(text) or counted_date(text, today)


def written_date(text: str) -> date | None:
    """Return the day in `14 Agustus,2026`, `Apr 5, 2026`, `2026-08-14` and the like. Day before month."""
    lowered = text[:_LONGEST].lower()
    if (found := _ISO.search(lowered)) is not None:
        return _day(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    for match in _DAY_FIRST.finditer(lowered):
        if (month := _MONTHS.get(match.group(2))) is not None:
            return _day(int(match.group(3)), month, int(match.group(1)))
    for match in _MONTH_FIRST.finditer(lowered):
        if (month := _MONTHS.get(match.group(1))) is not None:
            return _day(int(match.group(3)), month, int(match.group(2)))
    if (found := _NUMBERS.search(lowered)) is not None:
        return _day(int(found.group(3)), int(found.group(2)), int(found.group(1)))
    for match in _MONTH_ONLY.finditer(lowered):
        if (month := _MONTHS.get(match.group(1))) is not None:
            return _day(int(match.group(2)), month, 1)
    return None


def counted_date(text: str, today: datetime) -> date | None:
    """Return the day of `3 jam yang lalu`, `2 days ago`, `kemarin` and the like."""
    lowered = " ".join(text[:_LONGEST].lower().split())
    found = _AGO.search(lowered)
    if found is not None:
        many = int(found.group(1) or 1)
        try:
            return (today - many * _UNITS[found.group(2)]).date()
        except OverflowError:
            return None
    for name, days in _NAMED.items():
        if re.search(rf"\b{name}\b", lowered):
            return (today - timedelta(days=days)).date()
    return None


def laid_out_date(text: str, layout: str) -> date | None:
    """Return the day in a text of a layout such as `dd.MM.yyyy` or `MMM d, yyyy`, or nothing."""
    pieces, at = [], 0
    for token in _TOKENS.finditer(layout):
        pieces += [re.escape(layout[at : token.start()].lower()), _TOKEN_PATTERNS[token.group()]]
        at = token.end()
    pieces.append(re.escape(layout[at:].lower()))
    try:
        found = re.search("".join(pieces), text[:_LONGEST].lower())
    except re.error:
        return None
    if found is None:
        return None
    parts = found.groupdict()
    month = _MONTHS.get(parts.get("name") or "") or int(parts.get("month") or 1)
    short = int(parts.get("short") or 0)
    year = int(parts.get("year") or (1900 if short >= _TWO_DIGITS else 2000) + short)
    return _day(year, month, int(parts.get("day") or 1))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
