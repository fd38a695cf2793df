"""An episode as an operator enters it: checked field by field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from wellspring_common.errors import Permanent

from .text import is_storable
from .titles import parse_number

LONGEST_NAME = 300
LONGEST_TEXT = 5000
LONGEST_ADDRESS = 2500
"""Characters of a page's URL. What is longer has no room in an index."""
HIGHEST_SEASON = 9999
QUALITIES = range(1, 20_001)
YEARS = range(1870, 2201)
MEDIA_ENDINGS = (".mp4", ".mkv", ".webm", ".m3u8", ".mpd")
DEFINITION_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
NO_LINK = "link480"
"""The field that an episode without any page is told of."""
LINK_FIELD = re.compile(r"^link(?P<quality>.*)$")
_KINDS = ("series", "movie")

Vet = Callable[[str], str]
"""Returns a URL in its normal form, raises `Permanent` with `bad_url` or `blocked_address`."""


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: a message key with its values, and the sentence for programs."""

    key: str
    detail: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class NewSource:
    """One permanent page to store."""

    quality: int
    url: str
    definition: str


@dataclass(frozen=True)
class NewEpisode:
    """An episode that may be stored."""

    show: str
    season: int
    number: Decimal
    name: str | None
    kind: str
    sources: tuple[NewSource, ...]
    details: Mapping[str, Any] = field(default_factory=dict)


def parse_episode(
    fields: Mapping[str, Any], *, vet: Vet, default_definition: str
) -> NewEpisode | dict[str, FieldError]:
    """Return the episode in `fields`, or what is wrong with each field.

    The fields are those of the seeds: `show`, `episode` and any `linkNNN`; and ours: `season`, `name`,
    `kind`, `definition`, `year`, `synopsis`, `original_title`, `language`, `genres`.
    """
    errors: dict[str, FieldError] = {}
    show = _text(fields, "show", errors, longest=LONGEST_NAME, required=True)
    number = _number(fields, errors)
    season = _whole(fields, "season", errors, default=1, allowed=range(HIGHEST_SEASON + 1))
    name = _text(fields, "name", errors, longest=LONGEST_NAME)
    kind = str(fields.get("kind") or "series").strip()
    if kind not in _KINDS:
        errors["kind"] = FieldError("other", "kind is `series` or `movie`.")
    definition = str(fields.get("definition") or default_definition).strip()
    if DEFINITION_NAME.fullmatch(definition) is None:
        errors["definition"] = FieldError("other", "definition is the name of a site definition.")
    sources = _sources(fields, errors, vet=vet, definition=definition)
    details = _details(fields, errors)
    if errors or show is None:
        return errors
    return NewEpisode(show, season, number, name, kind, sources, details)


def _text(
    fields: Mapping[str, Any],
    key: str,
    errors: dict[str, FieldError],
    *,
    longest: int,
    required: bool = False,
) -> str | None:
    given = fields.get(key)
    if not isinstance(given, str | int | float | None) or not is_storable(str(given)):
        errors[key] = FieldError("other", f"{key} is no text that can be kept.")
        return None
    text = str(given or "")
    value = " ".join(text.split()) if longest <= LONGEST_NAME else text.strip()
    if not value:
        if required:
            errors[key] = FieldError("required", f"{key} is missing.")
        return None
    if len(value) > longest:
        errors[key] = FieldError("too_long", f"{key} has at most {longest} characters.", {"max": longest})
        return None
    return value


def _number(fields: Mapping[str, Any], errors: dict[str, FieldError]) -> Decimal:
    given = fields.get("episode")
    text = "" if given is None else str(given).strip()
    if not text:
        errors["episode"] = FieldError("required", "episode is missing.")
        return Decimal(0)
    number = parse_number(text)
    if number is None:
        detail = f"{text[:40]!r} is no episode number: try 1, 0 or 12.5."
        errors["episode"] = FieldError("not_a_number", detail)
        return Decimal(0)
    return number


def _whole(
    fields: Mapping[str, Any], key: str, errors: dict[str, FieldError], *, default: int, allowed: range
) -> int:
    text = str(fields.get(key) if fields.get(key) is not None else "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) in allowed):  # noqa: PLR2004  (digits that are bounded next)
        errors[key] = FieldError("not_a_number", f"{key} is a whole number up to {allowed[-1]}.")
        return default
    return int(text)


def _sources(
    fields: Mapping[str, Any], errors: dict[str, FieldError], *, vet: Vet, definition: str
) -> tuple[NewSource, ...]:
    found: list[NewSource] = []
    given = False
    for key, value in fields.items():
        matched = LINK_FIELD.match(key)
        url = str(value or "").strip()
        if matched is None or not url:
            continue
        given = True
        quality = matched["quality"]
        if not (quality.isascii() and quality.isdigit() and len(quality) < 6 and int(quality) in QUALITIES):  # noqa: PLR2004  (digits that are bounded next)
            detail = f"{key}: {quality!r} is no quality. Name the field by its height, such as link720."
            errors[key] = FieldError("quality_not_a_number", detail, {"quality": quality[:40]})
            continue
        try:
            vetted = vet(url)
        except Permanent as error:
            word = "private_address" if error.code == "blocked_address" else "not_a_url"
            errors[key] = FieldError(word, f"{key}: {error.message}")
            continue
        if len(vetted) > LONGEST_ADDRESS:
            detail = f"{key} has at most {LONGEST_ADDRESS} characters."
            errors[key] = FieldError("too_long", detail, {"max": LONGEST_ADDRESS})
            continue
        found.append(NewSource(int(quality), vetted, definition_for(vetted, definition)))
    if not given:
        errors[NO_LINK] = FieldError("no_links_given", "Give at least one page, such as link720.")
    return tuple(found)


def definition_for(url: str, definition: str) -> str:
    """Return what reads a page: a media file's own address needs no definition of a site."""
    path = url.partition("?")[0].lower()
    return "direct" if path.endswith(MEDIA_ENDINGS) else definition


def _details(fields: Mapping[str, Any], errors: dict[str, FieldError]) -> dict[str, Any]:
    details: dict[str, Any] = {}
    for key in ("original_title", "language"):
        if (value := _text(fields, key, errors, longest=LONGEST_NAME)) is not None:
            details[key] = value
    if (synopsis := _text(fields, "synopsis", errors, longest=LONGEST_TEXT)) is not None:
        details["synopsis"] = synopsis
    if fields.get("year"):
        details["year"] = _whole(fields, "year", errors, default=YEARS[0], allowed=YEARS)
    genres = fields.get("genres")
    if isinstance(genres, str):
        genres = genres.split(",")
    if isinstance(genres, list):
        words = [str(genre).strip()[:60] for genre in genres[:20] if str(genre).strip()]
        if not all(is_storable(word) for word in words):
            errors["genres"] = FieldError("other", "genres is no text that can be kept.")
        details["genres"] = words
    return details
