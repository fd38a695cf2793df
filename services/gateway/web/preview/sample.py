"""Made-up data for the preview, in the shapes that the templates expect."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from wellspring_gateway.domain.home import GoesOn, Mark, NewEpisode

NAMES = (
    "The Tide Keeper",
    "Sintel",
    "Kampung Senja",
    "Big Buck Bunny",
    "Tears of Steel",
    "Cosmos Laundromat",
    "Elephants Dream",
    "A Quiet Harbour",
    "Hujan di Bulan Juni",
    "폭싹 속았수다",
    "Caminandes",
    "Spring",
    "The Very Long Title of a Series That Nobody Can Remember in Full",
    "Charge",
)
Page = tuple[str, dict[str, Any], int]
"""A template, its context and the status."""
NUMBER = "0199f3a0-7c1e-7a55-8b1f-0a4a8d7f4e"
LONG = "the-lantern-post-at-the-end-of-the-long-winter-road-" * 3
MB = 10**6


def ago(minutes: float) -> str:
    """Return a moment in the past, or with a negative number in the future, as ISO 8601."""
    now = datetime.now(UTC)  # noqa: TID251 - a preview has no clock of its own
    return (now - timedelta(minutes=minutes)).isoformat()


def at(minutes: float) -> datetime:
    """Return a moment so many minutes from now."""
    return datetime.now(UTC) + timedelta(minutes=minutes)  # noqa: TID251  (times near now)


def titles() -> list[dict[str, Any]]:
    """Return the library."""
    return [
        {
            "id": n + 1,
            "slug": f"title-{n + 1}",
            "title": name,
            "original_title": None,
            "year": 2008 + n,
            "kind": "movie" if n % 3 == 1 else "series",
            "genres": ["Drama", "Mystery"],
            "format": "TV" if n % 3 != 1 else "Movie",
            "status": ("ongoing", "completed")[n % 2],
            "score": 7.81,
            "studio": "Northlight",
            "producer": "Harbour Films, Lake & Co",
            "total_episodes": 24,
            "duration": "24 min.",
            "release_date": "2024-04-06",
            "language": "id",
            "poster_url": "/static/sample-poster.svg" if n % 3 == 0 else None,
            "episode_count": 1 + n,
            "live_links": (9, 4, 0, 1)[n % 4],
            "first_watch_url": "/watch/1",
            "synopsis": "Every spring the harbour town loses a day, and only the woman who keeps the tide "
            "tables remembers which one. When a stranger arrives with the missing pages, she has to choose.",
        }
        for n, name in enumerate(NAMES)
    ]


def home() -> dict[str, Any]:
    """Return the rows of the home page."""
    begun: list[tuple[float, float | None] | None] = [(1300, 3600), (200, 5400), None, (9, None)]
    marks = [Mark(told[0], told[1], finished=False) if told else None for told in begun]
    chosen = list(enumerate(titles()))
    return {
        "going_on": [
            {
                "on": GoesOn(n, 1 + n // 2, Decimal(n + 1), marks[n] is None, marks[n], one),
                "title": one,
                "watch_url": "/watch/1",
            }
            for n, one in chosen[:4]
        ],
        "new_episodes": [
            {"episode": NewEpisode(n, 1, Decimal(n), n, one), "title": one, "watch_url": "/watch/1"}
            for n, one in chosen[2:]
        ],
    }


def asking(state: str) -> dict[str, Any]:
    """Return where somebody goes on with a title, and what became of asking for its links."""
    mark = Mark(1300, 3600, finished=False)
    return {
        "working": seasons()[0]["episodes"][-2:] if state == "working" else [],
        "on": GoesOn(3, 1, Decimal(3), is_next=False, mark=mark, title={}) if state else None,
        "on_url": "/watch/3",
        "refresh": {"url": "/title/title-1/refresh", "fields": {}},
        "told": {"asked": False, "wait_s": 95 if state == "wait" else None, "none": state == "none"},
    }


def seasons() -> list[dict[str, Any]]:
    """Return two seasons with every kind of freshness."""
    names = ("The Lost Day", None, "Salt", "What the Water Said", "Low Tide")
    return [
        {
            "season": season,
            "episodes": [
                {
                    "id": 10 * season + n,
                    "number": number,
                    "label": f"Episode {number}",
                    "name": name,
                    "watch_url": "/watch/1",
                    "season": season,
                    "mark": (Mark(1, 2, finished=True), Mark(3, 9, finished=False), None, None, None)[n],
                    "live_links": (9, 4, 0, 1, 0)[n],
                    "total_links": (9, 9, 9, 9, 0)[n],
                    "checked_at": ago(7 + 90 * n) if name != "Salt" else None,
                    "state": "scraping" if name == "Low Tide" else "alive",
                    "due_at": (ago(-40), ago(2), None, ago(-3000), None)[n],
                    "why": ("watched", "starved", "single_use", "unwatched", None)[n],
                }
                for n, (number, name) in enumerate(zip((0, 1, 2, 3, 12.5), names, strict=True))
            ],
        }
        for season in (1, 2)
    ]
