"""Made-up looks at links for the operator's pages."""

from typing import Any

import sample

Page = tuple[str, dict[str, Any], int]
LONG = "without-any-gap" * 20
NUMBER = "0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f41"
COUNTS = [("alive", 1204), ("not_found", 31), ("timeout", 12), ("html_body", 7), ("not_asked", 3)]


def run(minutes: int, state: str = "done", **changes: Any) -> dict[str, Any]:
    """Return one run."""
    ended = state in {"done", "failed"}
    return {
        "id": NUMBER,
        "filter": {},
        "state": state,
        "total": 0 if state == "queued" else 1257,
        "done": 1257 if ended else 0 if state == "queued" else 413,
        "found": COUNTS if state != "queued" else [],
        "states": [("alive", 1190, 1204), ("unknown", 60, 3), ("suspect", 5, 45), ("dead", 2, 5)],
        "error": None,
        "live": not ended,
        "unheard": False,
        "requested_by": "sari",
        "requested_at": sample.ago(minutes),
        "started_at": None if state == "queued" else sample.ago(minutes),
        "finished_at": sample.ago(minutes - 1) if ended else None,
        **changes,
    }


FULL = {
    "limit": 100,
    "host": "pixel",
    "title": "nine-lantern-ferry",
    "older_than_hours": 24,
    "timeout_s": 2.5,
}


def page(path: str, state: str) -> Page:
    """Return the list (`none`, `error`, `trouble`) or a run: done, `running`, `unheard`, `failed`, `evil`."""
    network = {"since": sample.ago(4), "canaries_down": False, "failing": ["a.example:443", "b.example:443"]}
    calm: dict[str, Any] = {"since": None, "canaries_down": False, "failing": []}
    if path != "/admin/probes":
        kinds = {
            "running": run(1, "running"),
            "unheard": run(3, "queued", unheard=True, filter=FULL),
            "failed": run(90, "failed", error="It was given up after three tries."),
            "nothing": run(2, total=0, done=0, found=[], states=[]),
            "evil": run(5, filter={"host": LONG, "title": LONG}, found=[(LONG, 3)], requested_by=LONG),
        }
        shown = kinds.get(state, run(5, filter=FULL))
        return "admin/probe.html", {"run": shown, "network": network if state == "running" else None}, 200
    host = {
        "host": "files.example:443",
        "position": "open",
        "since": sample.ago(12),
        "next_at": sample.ago(-3),
        "good": 0,
        "reasons": {"timeout": 18, "connect": 4},
    }
    trying = {**host, "host": "cdn.example:80", "position": "half_open", "next_at": None, "good": 2}
    runs = [
        run(0, "queued"),
        run(1, "running", filter={"limit": 5000}),
        run(40, filter=FULL),
        run(300, "failed"),
    ]
    errors = {"limit": {"key": "no_whole_number"}, "title": {"key": "unknown_title"}}
    context = {
        "form": dict.fromkeys(("limit", "older_than_hours", "timeout_s", "host", "title"), ""),
        "errors": errors if state == "error" else {},
        "runs": [] if state == "none" else runs,
        "hosts": [host, trying, {**host, "host": LONG, "reasons": {}}] if state == "trouble" else [],
        "network": network if state == "trouble" else calm,
        "timeout_s": 10.0,
    }
    return "admin/probes.html", context, 200
