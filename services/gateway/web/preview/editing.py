"""Made-up edits of a title, its episodes and its facts for the operator's pages."""

from typing import Any

from sample import seasons, titles

from wellspring_gateway.domain.editing import CHOICES, EPISODE_FIELDS, texts_of
from wellspring_gateway.domain.metadata import PROVIDERS, Candidate, differences

Page = tuple[str, dict[str, Any], int]
HELD: dict[str, Any] = {
    **titles()[0],
    "original_title": "폭싹 속았수다",
    "imdb_id": "tt21344706",
    "tmdb_id": None,
    "anilist_id": None,
    "rights": "licensed",
    "poster_url": "https://pictures.example/posters/a/very/long/address/of/a/picture/tide-keeper-0123456789.jpg",
    "revision": "2024-04-06T12:00:00+00:00",
}
LOCKED = ("synopsis", "title")
FOUND = {
    "title": "The Tide Keeper: The Lost Day",
    "original_title": "폭싹 속았수다",
    "year": "2009",
    "genres": "Drama, Mystery, Slice of life",
    "tmdb_id": "219246",
    "synopsis": "A harbour town loses a day each spring. One woman keeps the tide tables and remembers.",
}


def page(path: str, state: str) -> Page:
    """Return the fields (`saved`, `error`, `conflict`), the episodes or the facts of a title."""
    make = {"episodes": episodes_page, "metadata": metadata_page}.get(path.rsplit("/", 1)[-1], fields_page)
    return make(state)


def fields_page(state: str) -> Page:
    """Return every field of a title."""
    theirs = {"year": "2011", "status": "completed", "studio": "", "producer": "Harbour Films and Daughters"}
    wrong = {"year": {"key": "no_whole_number"}, "imdb_id": {"key": "not_an_id"}}
    entered = {"year": "two thousand", "imdb_id": "the one about the sea"}
    texts = texts_of(HELD)
    context = {
        "title": HELD,
        "form": {**texts, **entered} if state == "error" else texts,
        "locked": LOCKED,
        "errors": wrong if state == "error" else {},
        "choices": CHOICES,
        "theirs": theirs if state == "conflict" else None,
        "saved": state == "saved",
    }
    return "admin/title_edit.html", context, 200


def episodes_page(state: str) -> Page:
    """Return the names and days of a title's episodes, or of none (`none`)."""
    rows: list[dict[str, Any]] = []
    for one in (row for season in seasons() for row in season["episodes"]):
        seen = dict(zip(EPISODE_FIELDS, (one["name"] or "", "2024-04-06"), strict=True))
        is_locked = len(rows) % 4 == 1
        row = {**one, "seen": seen, "shown": {**seen, "locked": is_locked}}
        rows.append({**row, "locked_fields": ["name"] if is_locked else []})
    errors: dict[str, Any] = {}
    if state == "error":
        rows[1]["shown"]["aired_at"] = "last spring"
        errors = {f"aired_at-{rows[1]['id']}": {"key": "not_a_day"}}
    context = {
        "title": HELD,
        "episodes": [] if state == "none" else rows,
        "errors": errors,
        "offset": 50,
        "total": 160,
        "before": 0,
        "after": 100,
        "conflict": state == "conflict",
        "saved": state == "saved",
    }
    return "admin/title_episodes.html", context, 200


def metadata_page(state: str) -> Page:
    """Return the ways to facts, what was `found`, what would change (`differences`) or that nothing would."""
    if state in {"differences", "same", "conflict"}:
        texts = {} if state == "same" else FOUND
        context: dict[str, Any] = {
            "title": HELD,
            "source": "tmdb",
            "page_url": "https://provider.example/tv/219246",
            "differences": differences(HELD, texts, locked=LOCKED),
            "errors": {},
            "episode": None,
            "conflict": state == "conflict",
        }
        return "admin/title_found.html", context, 200
    wrong = {"query": {"key": "metadata_away"}, "file": {"key": "bad_nfo"}}
    context = {
        "title": HELD,
        "form": {},
        "errors": wrong if state == "error" else {},
        "providers": [] if state == "nobody" else PROVIDERS,
        "kinds": CHOICES["kind"],
        "candidates": [vars(one) for one in candidates()] if state == "found" else [],
        "searched": state in {"found", "nothing"},
    }
    return "admin/title_metadata.html", context, 200


def candidates() -> list[Candidate]:
    """Return three titles that may be meant."""
    about = f"{HELD['synopsis']} " * 2
    return [
        Candidate("tmdb", "219246", "series", "The Tide Keeper", "폭싹 속았수다", "2008", about),
        Candidate(
            "tmdb", "7", "movie", "The Tide Keepers of the Very Long Harbour Road, Told Once More", "", ""
        ),
        Candidate(
            "tmdb", "8", "series", "Tide", "", "1999", about[:90], page="https://provider.example/tv/8"
        ),
    ]
