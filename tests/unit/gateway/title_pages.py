"""The pages of titles with hostile and with empty data."""

from decimal import Decimal
from typing import Any

from wellspring_gateway.domain.home import GoesOn, Mark
from wellspring_gateway.domain.parts import Part, part_links

from .crawling_pages import EVIL, NOW

TITLE: dict[str, Any] = {
    "id": 3,
    "slug": "a-title",
    "title": EVIL,
    "original_title": EVIL,
    "year": 2020,
    "kind": "series",
    "genres": [EVIL],
    "episode_count": 2,
    "live_links": 4,
    "first_watch_url": "/watch/1",
    "synopsis": EVIL,
    "poster_url": "/posters/3/0123456789abcdef",
    **dict.fromkeys(("format", "studio", "producer", "duration", "language"), EVIL),
    "status": "ongoing",
    "score": 7.5,
    "total_episodes": 12,
    "release_date": "2024-04-06",
    "metadata_sources": ["anilist", "nfo", "tmdb"],
}
EPISODE: dict[str, Any] = {
    "id": 1,
    "season": 1,
    "number": 12.5,
    "label": EVIL,
    "name": EVIL,
    "watch_url": "/watch/1",
    "live_links": 0,
    "total_links": 9,
    "checked_at": NOW,
    "state": "alive",
    "due_at": NOW,
    "why": "watched",
}
ASKING: dict[str, Any] = {
    "working": [EPISODE],
    "on": None,
    "on_url": None,
    "refresh": {"url": "/title/a/refresh", "fields": {"season": "1"}},
    "told": {"asked": True, "wait_s": None, "none": False},
}
PARTS = [Part(season, Decimal(at), Decimal(at + 99), 100) for season in (1, 2) for at in (1, 101)]
TITLES: dict[str, tuple[str, dict[str, Any]]] = {
    "title": (
        "title.html",
        {
            "title": TITLE,
            "seasons": [{"season": 1, "episodes": [EPISODE]}],
            "ways": part_links(PARTS, PARTS[0], "s"),
            "first_watch_url": "/watch/1",
            **ASKING,
            "refresh_paused": False,
            "elsewhere": {"members_only": False, "stremio": "stremio:///", "install": "stremio://h"},
        },
    ),
    "title, members": (
        "title.html",
        {
            "title": TITLE,
            "seasons": [{"season": 1, "episodes": [EPISODE]}],
            "ways": part_links(PARTS, PARTS[0], "s"),
            "first_watch_url": "/watch/1",
            **ASKING,
            "refresh_paused": False,
            "elsewhere": {"members_only": True, "stremio": "stremio:///"},
        },
    ),
    "title, watched": (
        "title.html",
        {
            "title": TITLE,
            "seasons": [
                {
                    "season": 1,
                    "episodes": [
                        {**EPISODE, "mark": Mark(60.0, 600.0, finished=False)},
                        {**EPISODE, "mark": Mark(60.0, 600.0, finished=True), "live_links": 3},
                        {**EPISODE, "total_links": 0},
                    ],
                }
            ],
            "ways": part_links([], None, "s"),
            "first_watch_url": "/watch/1",
            **ASKING,
            "working": [],
            "told": {"asked": True, "wait_s": 90, "none": False},
            "on": GoesOn(2, 1, Decimal(2), is_next=True, mark=Mark(60.0, 600.0, finished=False), title=TITLE),
            "on_url": "/watch/2",
            "refresh_paused": False,
            "elsewhere": {"members_only": True, "stremio": "stremio:///"},
        },
    ),
    "title, film": (
        "title.html",
        {
            "title": {**TITLE, "kind": "movie"},
            "seasons": [{"season": 1, "episodes": [EPISODE]}],
            "ways": part_links([], None, "s"),
            "first_watch_url": "/watch/1",
            **ASKING,
            "working": [],
            "told": {"asked": False, "wait_s": None, "none": True},
            "refresh_paused": False,
            "elsewhere": {"members_only": True, "stremio": "stremio:///"},
        },
    ),
    "title, empty": (
        "title.html",
        {
            "title": {**TITLE, "kind": "movie"},
            "seasons": [],
            "ways": part_links([], None, "s"),
            "first_watch_url": None,
            **ASKING,
            "refresh_paused": True,
        },
    ),
}
