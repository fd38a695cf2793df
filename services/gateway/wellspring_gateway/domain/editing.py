"""A title and its episodes as a person edits them: texts in, checked values out, and what is locked by it."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from wellspring_common.errors import Permanent

from .crawled import LONGEST_WORD, MOST_EPISODES, MOST_GENRES
from .episodes import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_TEXT, YEARS, FieldError, Vet
from .text import is_storable, without_unseen

CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": ("series", "movie"),
    "status": ("", "ongoing", "completed"),
    "rights": ("unknown", "owned", "licensed", "public_domain"),
}
FIELDS = (
    "title",
    "original_title",
    "kind",
    "format",
    "year",
    "release_date",
    "status",
    "total_episodes",
    "duration",
    "language",
    "genres",
    "synopsis",
    "score",
    "studio",
    "producer",
    "imdb_id",
    "tmdb_id",
    "anilist_id",
    "rights",
    "poster_url",
)
"""What may be edited of a title and so be locked, in the order of its page."""
EPISODE_FIELDS = ("name", "aired_at")
LONGEST: Mapping[str, int] = {
    **dict.fromkeys(("title", "original_title", "language", "studio", "producer"), LONGEST_NAME),
    **dict.fromkeys(("format", "duration"), LONGEST_WORD),
    "synopsis": LONGEST_TEXT,
}
HIGHEST_SCORE = 10
_NEVER_EMPTY = frozenset({"title", "kind", "rights"})
_IDS = {
    "imdb_id": re.compile(r"(?:.*/title/)?(tt[0-9]{5,12})(?:[/?#].*)?"),
    "tmdb_id": re.compile(r"(?:.*/(?:movie|tv)/)?([0-9]{1,12})(?:[-/?#].*)?"),
    "anilist_id": re.compile(r"(?:.*/anime/)?([0-9]{1,12})(?:[/?#].*)?"),
}
_PLAIN = re.compile(r"[0-9]{1,6}")


class _Wrong(Exception):
    def __init__(self, key: str, detail: str, **params: object) -> None:
        super().__init__(detail)
        self.error = FieldError(key, detail, params)


def text_of(value: Any) -> str:
    """Return a value as its field of a form shows it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def texts_of(row: Mapping[str, Any], names: Iterable[str] = FIELDS) -> dict[str, str]:
    """Return a stored row as a form shows it."""
    return {name: text_of(row[name]) for name in names}


def parse_changes(
    fields: Mapping[str, Any], held: Mapping[str, Any], *, vet: Vet
) -> tuple[dict[str, Any], dict[str, FieldError]]:
    """Return the values that `fields` change in a title, and what is wrong with each other field.

    What a form gives back as it showed it is not looked at: a crawl's longer texts do not stop an edit.
    """
    changes: dict[str, Any] = {}
    errors: dict[str, FieldError] = {}
    for name in FIELDS:
        if name not in fields:
            continue
        text = _plain(fields[name])
        if text == _plain(text_of(held[name])):
            continue
        try:
            value = parse_field(name, text, vet=vet)
        except _Wrong as wrong:
            errors[name] = wrong.error
            continue
        if value != held[name]:
            changes[name] = value
    return changes, errors


def fit(texts: Mapping[str, str], *, vet: Vet) -> dict[str, str]:
    """Return what can be kept of texts from outside, shortened to their limits."""
    kept: dict[str, str] = {}
    for name in FIELDS:
        text = without_unseen(texts.get(name, ""))[: LONGEST.get(name, LONGEST_ADDRESS)].strip()
        if not text:
            continue
        try:
            kept[name] = text_of(parse_field(name, text, vet=vet))
        except _Wrong:
            continue
    return kept


def locked_after(
    held: Iterable[str], wanted: Iterable[str], changed: Iterable[str], *, fields: Iterable[str] = FIELDS
) -> list[str]:
    """Return what is locked after an edit: what was ticked and what was changed. Other names stay."""
    ours = frozenset(fields)
    locked = {name for name in held if name not in ours} | (set(wanted) & ours) | set(changed)
    return sorted(locked)


def parse_episode_edit(name: Any, aired: Any) -> dict[str, Any] | dict[str, FieldError]:
    """Return the values of an episode's fields, or what is wrong with each."""
    values: dict[str, Any] = {}
    errors: dict[str, FieldError] = {}
    try:
        values["name"] = _line("name", _plain(name), LONGEST_NAME)
    except _Wrong as wrong:
        errors["name"] = wrong.error
    try:
        day = _day("aired_at", _plain(aired))
        values["aired_at"] = datetime.combine(day, time(), UTC) if day is not None else None
    except _Wrong as wrong:
        errors["aired_at"] = wrong.error
    return errors or values


def parse_field(name: str, text: str, *, vet: Vet) -> Any:
    """Return the value of one field. Raises an error of this module's own."""
    if not is_storable(text):
        raise _Wrong("other", f"{name} is no text that can be kept.")
    if not text and name in _NEVER_EMPTY:
        raise _Wrong("required", f"{name} is missing.")
    if name in CHOICES:
        if text not in CHOICES[name]:
            raise _Wrong("other", f"{name} is one of {', '.join(filter(None, CHOICES[name]))}.")
        return text or None
    if name == "genres":
        return _genres(text)
    if not text:
        return None
    if name in _IDS:
        matched = _IDS[name].fullmatch(text)
        if matched is None or len(text) > LONGEST_NAME:
            raise _Wrong("not_an_id", f"{name} is no id of that site.")
        return matched[1]
    return _READ.get(name, _default)(name, text) if name != "poster_url" else _address(text, vet)


def _plain(given: Any) -> str:
    return str(given if given is not None else "").replace("\r\n", "\n").strip()


def _line(name: str, text: str, longest: int) -> str | None:
    if not is_storable(text):
        raise _Wrong("other", f"{name} is no text that can be kept.")
    value = " ".join(text.split())
    if len(value) > longest:
        raise _Wrong("too_long", f"{name} has at most {longest} characters.", max=longest)
    return value or None


def _default(name: str, text: str) -> str | None:
    return _line(name, text, LONGEST[name])


def _prose(name: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise _Wrong("too_long", f"{name} has at most {LONGEST_TEXT} characters.", max=LONGEST_TEXT)
    return text


def _whole(allowed: range) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if _PLAIN.fullmatch(text) is None:
            raise _Wrong("no_whole_number", f"{name} is a whole number.")
        if int(text) not in allowed:
            raise _Wrong("out_of_range", f"{name} is between {allowed[0]} and {allowed[-1]}.")
        return int(text)

    return read


def _score(name: str, text: str) -> Decimal:
    try:
        score = Decimal(text.replace(",", ".")) if len(text) < 10 and text.isascii() else None  # noqa: PLR2004  (no score is longer)
    except InvalidOperation:
        score = None
    if score is None or not score.is_finite():
        raise _Wrong("not_a_number", f"{name} is a number.")
    if not 0 <= score <= HIGHEST_SCORE:
        raise _Wrong("out_of_range", f"{name} is between 0 and {HIGHEST_SCORE}.")
    return round(score, 2)


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _Wrong("not_a_day", f"{name} is a day such as 2024-04-06.") from None
    if day.year not in YEARS:
        raise _Wrong("out_of_range", f"{name} is in no year that a film or a series has.")
    return day


def _genres(text: str) -> list[str]:
    words = list(dict.fromkeys(" ".join(word.split()) for word in text.split(",") if word.strip()))
    if len(words) > MOST_GENRES or any(len(word) > LONGEST_WORD for word in words):
        raise _Wrong("too_long", f"genres are {MOST_GENRES} at most, each of {LONGEST_WORD} characters.")
    return words


def _address(text: str, vet: Vet) -> str:
    try:
        vetted = vet(text)
    except Permanent as error:
        key = "private_address" if error.code == "blocked_address" else "not_a_url"
        raise _Wrong(key, f"poster_url: {error.message}") from None
    if len(vetted) > LONGEST_ADDRESS:
        raise _Wrong("too_long", f"poster_url has at most {LONGEST_ADDRESS} characters.")
    return vetted


_READ: Mapping[str, Callable[[str, str], Any]] = {
    "year": _whole(YEARS),
    "total_episodes": _whole(range(MOST_EPISODES)),
    "score": _score,
    "release_date": _day,
    "synopsis": _prose,
}
