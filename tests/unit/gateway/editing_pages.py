"""The pages that edit a title, with hostile and with empty data."""

from typing import Any

from wellspring_gateway.domain.editing import CHOICES, FIELDS
from wellspring_gateway.domain.metadata import Difference
from wellspring_gateway.domain.subtitles import ENCODINGS

from .crawling_pages import EVIL

HELD: dict[str, Any] = {
    "id": 3,
    "slug": "a-title",
    "revision": EVIL,
    "shown_poster": None,
    **dict.fromkeys(FIELDS, EVIL),
    "kind": "series",
    "year": None,
}
TEXTS = {**dict.fromkeys(FIELDS, EVIL), "kind": "movie", "status": "", "rights": "owned"}
FORM: dict[str, Any] = {
    "title": HELD,
    "form": TEXTS,
    "locked": ["title"],
    "errors": {},
    "choices": CHOICES,
    "theirs": None,
    "saved": True,
}
ROW: dict[str, Any] = {
    "id": 7,
    "season": 2,
    "number": 12.5,
    "locked_fields": ["name"],
    "seen": {"name": EVIL, "aired_at": "2024-04-06"},
    "shown": {"name": EVIL, "aired_at": "nonsense", "locked": True},
}
EPISODES: dict[str, Any] = {
    "title": HELD,
    "episodes": [ROW],
    "errors": {},
    "offset": 50,
    "total": 101,
    "before": 0,
    "after": 100,
    "conflict": False,
    "saved": True,
}
MARKS = {"intro_start": EVIL, "intro_end": "2:35", "outro_start": "", "outro_end": "", "own": "true"}
SUBTITLE = {
    "id": 5,
    "language": EVIL,
    "label": EVIL,
    "size_bytes": 2048,
    "created_at": "2026-01-01T00:00:00+00:00",
}
ROOM: dict[str, Any] = {
    "title": HELD,
    "episode": {"id": 7, "season": 2, "number": 12.5, "name": EVIL},
    "subtitles": [SUBTITLE, {**SUBTITLE, "id": 6, "label": ""}],
    "encodings": ENCODINGS,
    "form": {**MARKS, "language": EVIL, "label": EVIL, "url": EVIL, "encoding": "cp949"},
    "errors": {
        "file": {"key": "not_subtitles", "params": {}},
        "intro_end": {"key": "ends_before", "params": {}},
    },
    "saved": True,
}
CANDIDATE = {
    "provider": "tmdb",
    "key": "7",
    "kind": "series",
    "title": EVIL,
    "original_title": EVIL + "2",
    "year": EVIL,
    "synopsis": EVIL,
    "picture": "w185/a.jpg",
    "page": "https://www.themoviedb.org/tv/7",
}
WAYS: dict[str, Any] = {
    "title": HELD,
    "form": {"query": EVIL, "key": EVIL},
    "errors": {"query": {"key": "metadata_away", "params": {}}, "file": {"key": "bad_nfo", "params": {}}},
    "providers": ["tmdb", "anilist"],
    "kinds": CHOICES["kind"],
    "candidates": [CANDIDATE, {**CANDIDATE, "picture": None, "page": None, "synopsis": ""}],
    "searched": True,
}
FOUND: dict[str, Any] = {
    "title": HELD,
    "source": "tmdb",
    "page_url": "https://www.themoviedb.org/tv/7",
    "differences": [
        Difference("title", EVIL, EVIL, "changes"),
        Difference("year", "", "2022", "fills"),
        Difference("synopsis", EVIL, EVIL, "locked"),
    ],
    "errors": {"year": {"key": "id_taken", "params": {}}},
    "episode": None,
    "conflict": True,
}
EDITING: dict[str, tuple[str, dict[str, Any]]] = {
    "edit": ("admin/title_edit.html", FORM),
    "edit, refused": (
        "admin/title_edit.html",
        {
            **FORM,
            "errors": {
                "release_date": {"key": "not_a_day", "params": {}},
                "kind": {"key": "x", "params": {}},
            },
            "theirs": {"title": EVIL, "synopsis": "", "kind": "series", "release_date": EVIL},
        },
    ),
    "edit episodes": (
        "admin/title_episodes.html",
        {**EPISODES, "errors": {"aired_at-7": {"key": "not_a_day", "params": {}}}, "conflict": True},
    ),
    "edit episodes, none": ("admin/title_episodes.html", {**EPISODES, "episodes": [], "before": None}),
    "room of an episode": ("admin/episode_room.html", ROOM),
    "room of an episode, empty": (
        "admin/episode_room.html",
        {**ROOM, "subtitles": [], "errors": {}, "form": {}, "saved": False},
    ),
    "marks": (
        "admin/title_marks.html",
        {"title": HELD, "form": MARKS, "errors": {"intro_start": {"key": "not_a_moment"}}, "saved": True},
    ),
    "metadata": ("admin/title_metadata.html", WAYS),
    "metadata, nobody to ask": (
        "admin/title_metadata.html",
        {**WAYS, "form": {}, "errors": {}, "providers": [], "candidates": [], "searched": False},
    ),
    "metadata, nothing found": ("admin/title_metadata.html", {**WAYS, "candidates": []}),
    "differences": ("admin/title_found.html", FOUND),
    "differences of an episode": (
        "admin/title_found.html",
        {
            **FOUND,
            "source": "nfo",
            "page_url": None,
            "errors": {},
            "episode": {**ROW},
            "differences": [Difference("name", EVIL, EVIL, "changes")],
        },
    ),
    "differences, none": ("admin/title_found.html", {**FOUND, "differences": [], "errors": {}}),
}
