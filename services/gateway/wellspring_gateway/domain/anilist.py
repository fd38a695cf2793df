"""Questions to AniList's GraphQL API and its answers as candidates and facts: https://docs.anilist.co."""

import html
import re
from typing import Any

from .metadata import MOST_CANDIDATES, Candidate, Found, items, joined, part, text

PAGES = "https://anilist.co/anime"
_MEDIA = """
    id format status episodes duration genres averageScore countryOfOrigin
    title { romaji english native }
    description(asHtml: false)
    startDate { year month day }
    coverImage { large medium }
    studios { edges { isMain node { name } } }
"""
SEARCH = f"""
query ($search: String, $year: FuzzyDateInt, $before: FuzzyDateInt, $formats: [MediaFormat]) {{
  Page(perPage: {MOST_CANDIDATES}) {{
    media(search: $search, type: ANIME, startDate_greater: $year, startDate_lesser: $before,
          format_in: $formats, sort: SEARCH_MATCH) {{ {_MEDIA} }}
  }}
}}
"""
BY_ID = f"query ($id: Int) {{ Media(id: $id, type: ANIME) {{ {_MEDIA} }} }}"
_FORMATS = {
    "TV": "TV",
    "TV_SHORT": "TV Short",
    "MOVIE": "Movie",
    "SPECIAL": "Special",
    "OVA": "OVA",
    "ONA": "ONA",
    "MUSIC": "Music",
}
_STATUS = {"FINISHED": "completed", "CANCELLED": "completed", "RELEASING": "ongoing", "HIATUS": "ongoing"}
_LANGUAGES = {"JP": "ja", "KR": "ko", "CN": "zh", "TW": "zh"}
_BREAK = re.compile(r"<br\s*/?>\s*", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,200}>")


def search(query: str, *, kind: str, year: str) -> dict[str, Any]:
    """Return the question that finds titles."""
    variables: dict[str, Any] = {"search": query}
    if year:
        variables |= {"year": int(year) * 10000 - 1, "before": (int(year) + 1) * 10000}
    if kind == "movie":
        variables["formats"] = ["MOVIE"]
    return {"query": SEARCH, "variables": variables}


def by_id(key: str) -> dict[str, Any]:
    """Return the question for one title."""
    return {"query": BY_ID, "variables": {"id": int(key)}}


def candidates(answer: Any, *, images: str) -> list[Candidate]:
    """Return the titles of a search."""
    found = [_candidate(each, images) for each in items(part(answer, "data", "Page", "media"))]
    return [each for each in found if each is not None][:MOST_CANDIDATES]


def facts(answer: Any) -> Found | None:
    """Return what the answer for one title says, nothing where there is none."""
    media = part(answer, "data", "Media")
    key = text(part(media, "id"))
    if not key.isdigit():
        return None
    edges = items(part(media, "studios", "edges"))
    minutes, score = text(part(media, "duration")), part(media, "averageScore")
    is_score = isinstance(score, int) and not isinstance(score, bool) and 0 < score <= 100  # noqa: PLR2004  (of a hundred)
    texts = {
        "title": _name(media),
        "original_title": text(part(media, "title", "native")),
        "kind": _kind(media),
        "format": _FORMATS.get(text(part(media, "format")), ""),
        "year": text(part(media, "startDate", "year")),
        "release_date": _day(part(media, "startDate")),
        "status": _STATUS.get(text(part(media, "status")), ""),
        "total_episodes": "" if _kind(media) == "movie" else text(part(media, "episodes")),
        "duration": f"{minutes} min" if minutes not in {"", "0"} else "",
        "language": _LANGUAGES.get(text(part(media, "countryOfOrigin")), ""),
        "genres": joined(items(part(media, "genres")), most=20),
        "synopsis": _prose(part(media, "description")),
        "score": f"{score / 10:.2f}" if is_score else "",
        "studio": joined((part(e, "node", "name") for e in edges if part(e, "isMain") is True), most=2),
        "producer": joined((part(e, "node", "name") for e in edges if part(e, "isMain") is False), most=3),
        "anilist_id": key,
        "poster_url": text(part(media, "coverImage", "large")),
    }
    return Found("anilist", texts, page=f"{PAGES}/{key}")


def _candidate(media: Any, images: str) -> Candidate | None:
    key, name = text(part(media, "id")), _name(media)
    if not key.isdigit() or not name:
        return None
    picture = text(part(media, "coverImage", "medium"))
    return Candidate(
        provider="anilist",
        key=key,
        kind=_kind(media),
        title=name,
        original_title=text(part(media, "title", "native")),
        year=text(part(media, "startDate", "year")),
        synopsis=_prose(part(media, "description")),
        picture=picture.removeprefix(f"{images}/") if picture.startswith(f"{images}/") else None,
        page=f"{PAGES}/{key}",
    )


def _kind(media: Any) -> str:
    return "movie" if part(media, "format") == "MOVIE" else "series"


def _name(media: Any) -> str:
    return text(part(media, "title", "english")) or text(part(media, "title", "romaji"))


def _day(value: Any) -> str:
    year, month, day = (text(part(value, name)) for name in ("year", "month", "day"))
    return f"{year:0>4}-{month:0>2}-{day:0>2}" if year and month and day else ""


def _prose(value: Any) -> str:
    """Return a description without its marks: it comes with line breaks and emphasis even as plain text."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text(value)))).strip()
