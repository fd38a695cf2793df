"""One's own pages as templates see them: the history and the list, hostile and empty."""

from datetime import UTC, datetime
from typing import Any

from wellspring_gateway.domain.documents.links import Progress
from wellspring_gateway.domain.documents.people import SavedTitle

from .crawling_pages import EVIL

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SEEN = Progress(
    episode_id=1,
    title_id=2,
    title=EVIL,
    slug="a-title",
    kind="series",
    poster_url="/posters/2/0123456789abcdef",
    season=1,
    number=12.5,
    position_s=60,
    duration_s=120,
    finished=False,
    watched_at=NOW,
)
SAVED = SavedTitle(
    title_id=2,
    slug="a-title",
    title=EVIL,
    kind="series",
    year=2020,
    poster_url=None,
    episode_count=3,
    live_links=1,
    first_episode_id=1,
    saved_at=NOW,
)
HISTORY: dict[str, Any] = {
    "seen": [
        {"row": SEEN, "percent": 50},
        {"row": SEEN.model_copy(update={"finished": True, "kind": "movie"}), "percent": 100},
        {"row": SEEN.model_copy(update={"duration_s": None, "poster_url": None}), "percent": None},
    ],
    "cursor": EVIL,
    "gone": "",
    "cleared": False,
    "next_url": "/history?cursor=a",
}
LISTED: dict[str, Any] = {
    "titles": [SAVED, SAVED.model_copy(update={"kind": "movie", "year": None, "first_episode_id": None})],
    "cursor": EVIL,
    "removed": "",
    "next_url": "/list?cursor=a",
}
OWN: dict[str, tuple[str, dict[str, Any]]] = {
    "history": ("history.html", HISTORY),
    "history, one gone": ("history.html", {**HISTORY, "gone": EVIL}),
    "history, cleared": ("history.html", {**HISTORY, "seen": [], "cleared": True, "next_url": None}),
    "list": ("list.html", LISTED),
    "list, one gone": ("list.html", {**LISTED, "removed": "7"}),
    "list, empty": ("list.html", {**LISTED, "titles": [], "next_url": None}),
}
