"""Writes dates as an Indonesian catalogue does."""

from datetime import date

MONTHS = (
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
)
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


def long_date(day: date) -> str:
    """`14 Agustus,2026`: beside an episode."""
    return f"{day.day} {MONTHS[day.month - 1]},{day.year}"


def short_date(day: date) -> str:
    """`14 Agu`: on a list."""
    return f"{day.day:02d} {MONTHS[day.month - 1][:3]}"


def release_date(day: date) -> str:
    """`Agu 14, 2026`: among the facts of a title."""
    return f"{MONTHS[day.month - 1][:3]} {day.day:02d}, {day.year}"


def weekday(day: date) -> str:
    """`Kamis`."""
    return DAYS[day.weekday()]
