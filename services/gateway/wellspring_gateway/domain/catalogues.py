"""Catalogues: what an operator may say of one, when it is read, and what follows from a crawl."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawlFinished, CrawlScope

from .episodes import DEFINITION_NAME, LONGEST_NAME, FieldError, Vet
from .text import is_storable

MOST_ADDRESSES = 20
LONGEST_CATALOGUE = 120
RIGHTS = ("unknown", "owned", "licensed", "public_domain")
EVERY_MINUTES = range(15, 10_081)
FULL_EVERY_HOURS = range(6, 8_761)
NEED_QUERY = frozenset({CrawlScope.SEARCH, CrawlScope.TAG, CrawlScope.TITLE})
SOON = timedelta(hours=1)
"""When a full crawl that failed is tried again."""


@dataclass(frozen=True)
class CatalogueForm:
    """A catalogue as an operator describes it."""

    name: str
    definition: str
    base_urls: tuple[str, ...]
    enabled: bool = True
    is_default: bool = False
    every_minutes: int | None = 45
    full_every_hours: int | None = 168
    language: str | None = None
    rights: str = "unknown"


@dataclass(frozen=True)
class Catalogue:
    """A stored catalogue with what became of its last crawl."""

    id: int
    name: str
    definition: str
    base_urls: tuple[str, ...]
    enabled: bool
    is_default: bool
    every_minutes: int | None
    full_every_hours: int | None
    language: str | None
    rights: str
    next_ongoing_at: datetime | None
    next_full_at: datetime | None
    last_job_id: str | None = None
    last_state: str | None = None
    last_code: str | None = None
    last_detail: str | None = None
    last_finished_at: datetime | None = None
    titles: int = 0
    live_jobs: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class CrawlWish:
    """What is to be read of a catalogue."""

    scope: CrawlScope
    query: str = ""
    limit: int | None = None
    thorough: bool = False


def parse_catalogue(fields: Mapping[str, Any], *, vet: Vet) -> CatalogueForm | dict[str, FieldError]:
    """Return the catalogue in a form's fields, or what is wrong with each."""
    errors: dict[str, FieldError] = {}
    name = " ".join(str(fields.get("name") or "").split())
    if not name:
        errors["name"] = FieldError("required", "name is missing.")
    elif len(name) > LONGEST_CATALOGUE or not is_storable(name):
        errors["name"] = FieldError("too_long", f"name has at most {LONGEST_CATALOGUE} characters.")
    definition = str(fields.get("definition") or "").strip()
    if DEFINITION_NAME.fullmatch(definition) is None:
        errors["definition"] = FieldError("definition_name", "definition is the name of a site definition.")
    rights = str(fields.get("rights") or "unknown")
    if rights not in RIGHTS:
        errors["rights"] = FieldError("other", f"rights is one of {', '.join(RIGHTS)}.")
    language = str(fields.get("language") or "").strip()[:LONGEST_NAME]
    form = CatalogueForm(
        name=name,
        definition=definition,
        base_urls=_addresses(fields, errors, vet),
        enabled=bool(fields.get("enabled")),
        is_default=bool(fields.get("is_default")),
        every_minutes=_pause(fields, "every_minutes", EVERY_MINUTES, errors),
        full_every_hours=_pause(fields, "full_every_hours", FULL_EVERY_HOURS, errors),
        language=language if language and is_storable(language) else None,
        rights=rights,
    )
    return errors or form


def _addresses(fields: Mapping[str, Any], errors: dict[str, FieldError], vet: Vet) -> tuple[str, ...]:
    given = fields.get("base_urls") or ""
    lines = given if isinstance(given, list) else str(given).split()
    found = []
    for line in lines:
        try:
            found.append(vet(str(line)).rstrip("/"))
        except Permanent as error:
            key = "private_address" if error.code == "blocked_address" else "not_a_url"
            errors["base_urls"] = FieldError(key, f"{str(line)[:200]}: {error.message}")
    if not lines:
        errors["base_urls"] = FieldError("required", "base_urls is missing.")
    elif len(lines) > MOST_ADDRESSES:
        errors["base_urls"] = FieldError("too_long", f"At most {MOST_ADDRESSES} addresses.")
    return tuple(dict.fromkeys(found))


def _pause(fields: Mapping[str, Any], key: str, allowed: range, errors: dict[str, FieldError]) -> int | None:
    text = str(fields.get(key) if fields.get(key) is not None else "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) in allowed):  # noqa: PLR2004  (digits that are bounded next)
        errors[key] = FieldError("out_of_range", f"{key} is between {allowed[0]} and {allowed[-1]}.")
        return None
    return int(text)


def parse_wish(fields: Mapping[str, Any]) -> CrawlWish:
    """Return what a request wants read. Raises `Permanent` with `invalid`."""
    try:
        scope = CrawlScope(str(fields.get("scope") or CrawlScope.ONGOING))
    except ValueError:
        known = ", ".join(CrawlScope)
        raise Permanent(f"scope is one of {known}.", code="invalid") from None
    query = " ".join(str(fields.get("query") or "").split())
    if scope in NEED_QUERY and not query:
        raise Permanent(f"A crawl of {scope} needs a query.", code="invalid")
    if len(query) > LONGEST_NAME or not is_storable(query):
        raise Permanent(f"query has at most {LONGEST_NAME} characters.", code="invalid")
    limit = str(fields.get("limit") or "").strip()
    if limit and not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= 100_000):  # noqa: PLR2004  (digits that are bounded next)
        raise Permanent("limit is a whole number between 1 and 100000.", code="invalid")
    return CrawlWish(
        scope=scope,
        query=query if scope in NEED_QUERY else "",
        limit=int(limit[:9]) if limit else None,
        thorough=str(fields.get("thorough") or "").lower() in {"1", "true", "on", "yes"},
    )


def next_ongoing(
    now: datetime, every_minutes: int | None, *, spread: Callable[[], float] = random.random
) -> datetime | None:
    """Return when the ongoing list is read next: a third sooner or later, so that catalogues drift apart."""
    if every_minutes is None:
        return None
    return now + timedelta(minutes=every_minutes * (2 + 2 * spread()) / 3)


def next_full(
    now: datetime, full_every_hours: int | None, *, spread: Callable[[], float] = random.random
) -> datetime | None:
    """Return when everything is read next: up to a tenth later."""
    if full_every_hours is None:
        return None
    return now + timedelta(hours=full_every_hours * (1 + spread() / 10))


def crawl_state(event: CrawlFinished) -> str:
    """Return the state in which a crawl ended."""
    if event.code is not None:
        return "failed"
    return "partial" if event.problems or event.counts.failed else "succeeded"


def addresses_after(base_urls: Sequence[str], moved_to: str | None, *, vet: Vet) -> list[str]:
    """Return a catalogue's addresses, that under which it answers now first.

    One that may not be reached changes nothing.
    """
    held = list(base_urls)
    if moved_to is None:
        return held
    try:
        now = vet(moved_to).rstrip("/")
    except Permanent:
        return held
    return [now, *(one for one in held if one != now)][:MOST_ADDRESSES]
