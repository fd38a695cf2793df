"""Answers of TMDB's API, version 3, as candidates and facts: https://developer.themoviedb.org/reference."""

import re
from typing import Any

from .metadata import MOST_CANDIDATES, Candidate, Found, items, joined, part, text

PATHS = {"series": "tv", "movie": "movie"}
PAGES = "https://www.themoviedb.org"
POSTER_SIZE = "w500"
SMALL_SIZE = "w185"
_PICTURE = re.compile(r"/[A-Za-z0-9_-]{1,80}\.(?:jpg|jpeg|png|webp)")
_STATUS = {
    "Ended": "completed",
    "Canceled": "completed",
    "Released": "completed",
    "Returning Series": "ongoing",
    "In Production": "ongoing",
}
_LANGUAGES = {"cn": "zh", "xx": ""}
"""TMDB's own codes: Cantonese, and none at all."""


def candidates(answer: Any, *, kind: str) -> list[Candidate]:
    """Return the titles of a search."""
    return [
        found for each in items(part(answer, "results")) if (found := _candidate(each, kind)) is not None
    ][:MOST_CANDIDATES]


def key_of_imdb(answer: Any, *, kind: str) -> str | None:
    """Return TMDB's id of what `/find` found by an IMDb id."""
    found = items(part(answer, "tv_results" if kind == "series" else "movie_results"))
    return (text(part(found[0], "id")) or None) if found else None


def facts(answer: Any, *, kind: str, images: str) -> Found:
    """Return what the details of a title say. `images` is the address that its pictures are below."""
    is_film = kind == "movie"
    released = text(part(answer, "release_date" if is_film else "first_air_date"))
    runtime = (
        part(answer, "runtime") if is_film else next(iter(items(part(answer, "episode_run_time"))), None)
    )
    language = text(part(answer, "original_language"))
    picture = text(part(answer, "poster_path"))
    key = text(part(answer, "id"))
    texts = {
        "title": text(part(answer, "title" if is_film else "name")),
        "original_title": text(part(answer, "original_title" if is_film else "original_name")),
        "kind": kind,
        "format": "Movie" if is_film else "TV",
        "year": released[:4],
        "release_date": released,
        "status": _STATUS.get(text(part(answer, "status")), ""),
        "total_episodes": "" if is_film else text(part(answer, "number_of_episodes")),
        "duration": f"{text(runtime)} min" if text(runtime) not in {"", "0"} else "",
        "language": _LANGUAGES.get(language, language),
        "genres": joined((part(each, "name") for each in items(part(answer, "genres"))), most=20),
        "synopsis": text(part(answer, "overview")),
        "score": _score(part(answer, "vote_average")),
        "studio": joined(
            (part(each, "name") for each in items(part(answer, "production_companies"))), most=2
        ),
        "imdb_id": text(part(answer, "imdb_id")) or text(part(answer, "external_ids", "imdb_id")),
        "tmdb_id": key,
        "poster_url": f"{images}/{POSTER_SIZE}{picture}" if _PICTURE.fullmatch(picture) else "",
    }
    return Found("tmdb", texts, page=f"{PAGES}/{PATHS[kind]}/{key}" if key.isdigit() else None)


def _candidate(each: Any, kind: str) -> Candidate | None:
    key, picture = text(part(each, "id")), text(part(each, "poster_path"))
    name = text(part(each, "title" if kind == "movie" else "name"))
    if not (key.isascii() and key.isdigit()) or not name:
        return None
    return Candidate(
        provider="tmdb",
        key=key,
        kind=kind,
        title=name,
        original_title=text(part(each, "original_title" if kind == "movie" else "original_name")),
        year=text(part(each, "release_date" if kind == "movie" else "first_air_date"))[:4],
        synopsis=text(part(each, "overview")),
        picture=f"{SMALL_SIZE}{picture}" if _PICTURE.fullmatch(picture) else None,
        page=f"{PAGES}/{PATHS[kind]}/{key}",
    )


def _score(value: Any) -> str:
    """Return an average: 0 is what a title has for which nobody voted."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.2f}" if is_number and 0 < value <= 10 else ""  # noqa: PLR2004  (of ten)
