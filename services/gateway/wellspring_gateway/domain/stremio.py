"""The addon protocol of Stremio: what an address asks for, and in which shape it is answered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, unquote_plus

from .digits import number_in
from .entries import Entry, Origin, Show
from .titles import number_text, parse_number

PAGE = 100
FARTHEST = 1_000_000
LONGEST_QUERY = 200
PREFIX = "wsp:"
TYPES: Mapping[str, str] = {"series": "series", "movie": "movie"}
"""Their types, by our kinds of titles."""
RESOURCES = ("catalog", "meta", "stream")
CATALOG_ID = "wellspring"
_SLASHES = (2, 3)
_OWN_ID = re.compile(r"wsp:([1-9][0-9]{0,17})(?::([0-9]{1,5}):([0-9.]{1,9}))?")
_IMDB_ID = re.compile(r"(tt[0-9]{5,12})(?::([0-9]{1,5}):([0-9.]{1,9}))?")


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    resource: str
    type: str
    id: str
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def skip(self) -> int | None:
        """Return how many titles come before the page, or nothing for what is no number."""
        return number_in(self.extra.get("skip", "0"), digits=len(str(FARTHEST)) - 1)

    @property
    def query(self) -> str:
        """Return what is searched for."""
        return " ".join(self.extra.get("search", "").replace("\x00", " ").split())[:LONGEST_QUERY]

    @property
    def genre(self) -> str:
        """Return the genre that is chosen."""
        return self.extra.get("genre", "").replace("\x00", "")[:LONGEST_QUERY]


@dataclass(frozen=True)
class Reference:
    """Which title, and which of its episodes, an id of ours or of IMDb means."""

    title_id: int | None
    imdb_id: str | None
    season: int | None = None
    number: Decimal | None = None


def asked(raw: str) -> Asked | None:
    """Return what the raw path behind `/stremio/` asks for, or nothing for what is no such address.

    It is split before it is decoded: a search may hold a slash, an ampersand and an equals sign.
    """
    if not raw.endswith(".json") or raw.count("/") not in _SLASHES:
        return None
    resource, kind, item, *rest = raw.removesuffix(".json").split("/")
    try:
        extra = {
            unquote_plus(name, errors="strict"): unquote_plus(value, errors="strict")
            for name, _, value in (pair.partition("=") for pair in "".join(rest).split("&") if pair)
        }
        found = Asked(resource, unquote(kind, errors="strict"), unquote(item, errors="strict"), extra)
    except UnicodeDecodeError:
        return None
    storable = not any("\ud800" <= letter <= "\udfff" for text in extra.values() for letter in text)
    known = found.resource in RESOURCES and found.type in TYPES.values()
    return found if known and found.id and storable else None


def reference(text: str) -> Reference | None:
    """Return what an id means: `wsp:12`, `wsp:12:1:3`, `tt0898266:9:17`."""
    found = _OWN_ID.fullmatch(text) or _IMDB_ID.fullmatch(text)
    if found is None:
        return None
    title, season, said = found.groups()
    number = parse_number(said) if said is not None else None
    if said is not None and number is None:
        return None
    own = text.startswith(PREFIX)
    at = (int(season) if season is not None else None, number)
    return Reference(int(title) if own else None, None if own else title, *at)


def manifest(origin: Origin, *, version: str, genres: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what the addon says of itself."""
    kinds = list(TYPES.values())
    return {
        "id": "org.wellspring.library",
        "version": version,
        "name": "Wellspring",
        "description": "Your own library, with links that are kept alive.",
        "logo": f"{origin.base}/static/favicon.svg",
        "resources": [
            "catalog",
            {"name": "meta", "types": kinds, "idPrefixes": [PREFIX]},
            {"name": "stream", "types": kinds, "idPrefixes": [PREFIX, "tt"]},
        ],
        "types": kinds,
        "idPrefixes": [PREFIX, "tt"],
        "catalogs": [_catalog(kind, genres.get(kind, ())) for kind in kinds],
        "behaviorHints": {"adult": False, "p2p": False, "configurable": False},
    }


def _catalog(kind: str, genres: Sequence[str]) -> dict[str, Any]:
    extra: list[dict[str, Any]] = [{"name": "search"}, {"name": "skip"}]
    if genres:
        extra.insert(1, {"name": "genre", "options": list(genres), "optionsLimit": 1})
    return {"type": kind, "id": CATALOG_ID, "name": "Wellspring", "extra": extra}


def preview(show: Show, origin: Origin) -> dict[str, Any]:
    """Return a title as a catalogue lists it."""
    said: dict[str, Any] = {
        "id": f"{PREFIX}{show.id}",
        "type": TYPES[show.kind],
        "name": show.title,
        "poster": origin.poster(show),
        "posterShape": "poster",
        "genres": list(show.genres),
        "imdbRating": f"{show.score:.1f}" if show.score is not None else None,
        "releaseInfo": _released_in(show),
        "description": show.synopsis,
    }
    return _without_nothing(said)


def meta(show: Show, entries: Sequence[Entry], origin: Origin) -> dict[str, Any]:
    """Return a title with its episodes. Whose streams these are, other addons may say too."""
    said = preview(show, origin) | {
        "background": origin.poster(show),
        "released": _iso(show.release_date) if show.release_date else None,
        "runtime": show.duration,
        "language": show.language,
        "website": f"{origin.base}/title/{show.slug}",
    }
    if show.is_movie:
        return _without_nothing(said) | {"behaviorHints": {"defaultVideoId": said["id"]}}
    return _without_nothing(said) | {"videos": _videos(entries)}


def _videos(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return episodes as videos. Theirs have whole numbers: one between two is shown among the specials."""
    specials = max((int(entry.number) for entry in entries if entry.season == 0), default=0)
    found = []
    for entry in entries:
        season, episode = entry.season, int(entry.number)
        if entry.number != episode:
            specials += 1
            season, episode = 0, specials
        said = number_text(entry.number)
        name = entry.name or f"Episode {said}"
        found.append(
            {
                "id": f"{PREFIX}{entry.show.id}:{entry.season}:{said}",
                "title": f"{entry.code} {name}" if entry.number != int(entry.number) else name,
                "released": _iso(entry.aired_at or entry.created_at),
                "season": season,
                "episode": episode,
                "available": True,
            }
        )
    return found


def _released_in(show: Show) -> str | None:
    if show.year is None:
        return None
    return f"{show.year}-" if show.status == "ongoing" and not show.is_movie else str(show.year)


def _iso(moment: Any) -> str:
    if not isinstance(moment, datetime):
        return f"{moment.isoformat()}T00:00:00.000Z"
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _without_nothing(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, [])}
