"""The pages of looks at links with hostile and with empty data."""

from typing import Any

from .crawling_pages import EVIL, NOW

RUN: dict[str, Any] = {
    "id": "0193",
    "filter": {
        "limit": 1,
        "host": EVIL,
        "title": EVIL,
        "episode_id": 3,
        "older_than_hours": 0.0,
        "timeout_s": 2.5,
    },
    "state": "running",
    "total": 9,
    "done": 3,
    "found": [("alive", 2), (EVIL, 1), ("timeout", 1), ("not_asked", 1)],
    "states": [("alive", 2, 3), ("missing", 0, 1)],
    "error": None,
    "live": True,
    "unheard": False,
    "requested_by": EVIL,
    "requested_at": NOW,
    "started_at": NOW,
    "finished_at": None,
}
BARE = {"total": 0, "done": 0, "found": [], "states": [], "filter": {}}
WAITING = {**RUN, **BARE, "state": "queued", "unheard": True, "started_at": None}
CALM: dict[str, Any] = {"since": None, "canaries_down": False, "failing": []}
AWAY = {"since": NOW, "canaries_down": False, "failing": [EVIL]}
HOST: dict[str, Any] = {
    "host": EVIL,
    "position": "open",
    "since": NOW,
    "next_at": NOW,
    "good": 0,
    "reasons": {"timeout": 3, EVIL: 1},
}
TRYING = {**HOST, "position": "half_open", "since": None, "next_at": None, "reasons": {}}
FORM = dict.fromkeys(("limit", "older_than_hours", "timeout_s", "host", "title"), EVIL)
WRONG = {name: {"key": "out_of_range", "params": {}} for name in FORM}
LIST: dict[str, Any] = {
    "form": FORM,
    "errors": WRONG,
    "runs": [RUN, WAITING],
    "hosts": [HOST, TRYING],
    "network": AWAY,
    "timeout_s": 10.0,
}
EMPTY = {**LIST, "errors": {}, "runs": [], "hosts": [], "network": CALM}
PROBES: dict[str, tuple[str, dict[str, Any]]] = {
    "probes": ("admin/probes.html", LIST),
    "probes, empty": ("admin/probes.html", EMPTY),
    "probe": ("admin/probe.html", {"run": RUN, "network": {**AWAY, "canaries_down": True}}),
    "probe, waiting": ("admin/probe.html", {"run": WAITING, "network": CALM}),
    "probe, failed": (
        "admin/probe.html",
        {"run": {**RUN, "state": "failed", "error": EVIL, "live": False}, "network": None},
    ),
    "probe, nothing": (
        "admin/probe.html",
        {"run": {**RUN, **BARE, "state": "done", "live": False}, "network": None},
    ),
}
