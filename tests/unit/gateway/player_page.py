"""The player with hostile data."""

from typing import Any

from wellspring_gateway.domain.why import PlainLink, Words

from .crawling_pages import EVIL
from .title_pages import EPISODE, TITLE

LINK: dict[str, Any] = {
    "id": 1,
    "generation": 1,
    "quality": 1080,
    "server": EVIL,
    "label": EVIL,
    "kind": "stream",
    "container": "mp4",
    "url": "https://files.example/a",
    "size_bytes": 1,
    "state": "alive",
    "offered": True,
    "playable": True,
    "via": "direct",
    "play_url": "https://files.example/a",
    "expires_at": None,
    "checked_at": None,
    "scraped_at": None,
    "expiry": {"at": None, "basis": "default", "evidence": EVIL},
    "health": {
        "state": "alive",
        "reason": None,
        "since": None,
        "checked_at": None,
        "ok_at": None,
        "latency_ms": None,
    },
}
SNAPSHOT: dict[str, Any] = {
    "episode_id": 1,
    "links": [LINK],
    "masters": [{"quality": 480, "url": "https://pages.example"}],
    "job": None,
    "server_info": {"server_count": 1, "minimum": 9, "needs_force_scrape": False, "message": None},
    "cooldown_until": None,
    "can_scrape": True,
    "stale": False,
}
PLAIN = [
    PlainLink(1080, EVIL, "https://files.example/a", "alive", (Words("js.why.dead", {"ago": EVIL}, EVIL),)),
    PlainLink(None, EVIL, None, "dead", (Words("js.how.issued", {"time": EVIL, "life": EVIL}),)),
    PlainLink(None, "pixel", None, "expired", (Words("js.expiry.in", minutes=125),)),
]
PLAYER: dict[str, tuple[str, dict[str, Any]]] = {
    "player": (
        "player.html",
        {
            "title": TITLE,
            "episode": EPISODE,
            "prev_url": None,
            "next_url": "/watch/2",
            "snapshot": SNAPSHOT,
            "plain": PLAIN,
            "live_url": "/api/v1/live?episode=1",
        },
    ),
}
