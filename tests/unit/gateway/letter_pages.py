"""The pages of dead letters with hostile and with empty data."""

from typing import Any

from .crawling_pages import EVIL, NOW

LETTER: dict[str, Any] = {
    "address": "links/12",
    "service": EVIL,
    "consumer": EVIL,
    "event": EVIL,
    "code": EVIL,
    "detail": EVIL,
    "fingerprint": EVIL,
    "attempts": 3,
    "replays": 1,
    "state": "open",
    "outcome": "open",
    "note": None,
    "decided_by": None,
    "decided_at": None,
    "created_at": NOW,
    "died_again_as": None,
    "subject": EVIL,
    "headers": {EVIL: EVIL},
    "text": EVIL,
}
DECIDED = {"state": "replayed", "outcome": "died_again", "decided_by": EVIL, "decided_at": NOW, "headers": {}}
FOUND: dict[str, Any] = {
    "found": [LETTER],
    "total": 1,
    "state": "open",
    "states": ("open", "all"),
    "filters": {"consumer": EVIL, "code": EVIL, "fingerprint": EVIL},
    "narrowed": "code=a&consumer=b",
    "consumers": [EVIL],
    "next_url": "/admin/dead?cursor=e30",
}
LETTERS: dict[str, tuple[str, dict[str, Any]]] = {
    "letters": ("admin/dead.html", FOUND),
    "letters, none": (
        "admin/dead.html",
        {
            **FOUND,
            "found": [],
            "total": 0,
            "narrowed": "",
            "next_url": None,
            "filters": dict.fromkeys(FOUND["filters"], ""),
        },
    ),
    "letters, nothing like this": ("admin/dead.html", {**FOUND, "found": [], "total": 0, "next_url": None}),
    "letter": ("admin/dead_letter.html", {"letter": LETTER, "errors": {"why": "required"}}),
    "letter, sent": (
        "admin/dead_letter.html",
        {"letter": {**LETTER, **DECIDED, "outcome": "sent", "service": "scraper"}, "errors": {}},
    ),
    "letter, decided": (
        "admin/dead_letter.html",
        {
            "letter": {**LETTER, **DECIDED, "died_again_as": "links/13", "note": EVIL},
            "errors": {},
            "longest": 9,
        },
    ),
}
