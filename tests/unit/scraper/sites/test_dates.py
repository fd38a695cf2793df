from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_scraper.domain.dates import counted_date, date_of, laid_out_date, written_date

NOW = datetime(2026, 8, 14, 2, 30, tzinfo=UTC)
INDONESIAN = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]
ENGLISH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("14 Agustus,2026", date(2026, 8, 14)),
        ("Agu 14, 2026", date(2026, 8, 14)),
        ("Apr 5, 2026", date(2026, 4, 5)),
        ("Okt. 3, 2019", date(2019, 10, 3)),
        ("Kamis, 1 Mei 2025", date(2025, 5, 1)),
        ("1st December 2020", date(2020, 12, 1)),
        ("2026-08-14T10:00:00Z", date(2026, 8, 14)),
        ("2026/8/4", date(2026, 8, 4)),
        ("04-08-2026", date(2026, 8, 4)),
        ("Nopember 2021", date(2021, 11, 1)),
        ("Apr 5, 2026 to Jun 3, 2026", date(2026, 4, 5)),
        ("31 Februari,2026", None),
        ("Unknown", None),
        ("12 Episode 2026", None),
        ("", None),
    ],
)
def test_days_are_read_as_both_languages_write_them(text: str, day: date | None) -> None:
    assert written_date(text) == day


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("3 jam yang lalu", 1),
        ("2 jam lalu", 0),
        ("5 menit yg lalu", 0),
        ("2 hari yang lalu", 2),
        ("seminggu yang lalu", 7),
        ("3 days ago", 3),
        ("an hour ago", 0),
        ("2 weeks ago", 14),
        ("1 bulan lalu", 30),
        ("kemarin", 1),
        ("Yesterday 20:00", 1),
        ("hari ini", 0),
    ],
)
def test_days_are_counted_back_from_today(text: str, days: int) -> None:
    assert counted_date(text, NOW) == NOW.date() - timedelta(days=days)


@given(DAYS, st.sampled_from([INDONESIAN, ENGLISH]), st.booleans())
def test_every_day_comes_back_as_it_was_written(day: date, months: list[str], short: bool) -> None:
    month = months[day.month - 1][: 3 if short else None]
    for text in (
        f"{day.day} {month},{day.year}",
        f"{day.day:02d} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"Tanggal Rilis: {month} {day.day:02d}, {day.year}",
        day.isoformat(),
    ):
        assert date_of(text, NOW) == day, text


@given(DAYS)
def test_a_layout_reads_what_it_lays_out(day: date) -> None:
    assert laid_out_date(f"{day.month}/{day.day}/{day.year}", "M/d/yyyy") == day
    assert laid_out_date(day.strftime("%d.%m.%Y"), "dd.MM.yyyy") == day
    assert laid_out_date(f"on {ENGLISH[day.month - 1]} {day.day}, {day.year}", "MMMM d, yyyy") == day


@given(
    st.text(max_size=60) | st.text("0123456789 jan,agu-/.lalu hari", max_size=60),
    st.text("yMd .", max_size=12),
)
def test_no_text_and_no_layout_make_it_fail(text: str, layout: str) -> None:
    for found in (date_of(text, NOW), laid_out_date(text, layout)):
        assert found is None or isinstance(found, date)
