"""Made-up dead letters for the operator's pages."""

import json
from typing import Any

import sample

Page = tuple[str, dict[str, Any], int]
CONSUMERS = ("scraper_interactive", "scraper_background", "gateway", "refresher", "health")
BODY = {
    "job_id": "0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f41",
    "episode_id": 481,
    "sources": [{"quality": 720, "url": "https://pages.example/a-very-long-address/of-a-page/720"}],
}
EVIL = "<script>alert(1)</script>" + "without-any-gap" * 20


def letter(number: int, **changes: Any) -> dict[str, Any]:
    """Return one letter."""
    is_odd = number % 2 == 1
    return {
        "address": f"{'links' if is_odd else 'health'}/{number}",
        "consumer": "refresher" if is_odd else "health",
        "service": "refresher" if is_odd else "health",
        "event": "links.scraped" if is_odd else "links.updated",
        "code": "bug" if is_odd else "event_invalid",
        "detail": "KeyError: 'expires_at'" if is_odd else "1 validation error for LinksUpdated: episode_id",
        "fingerprint": "9f86d081884c7d65" if is_odd else "",
        "attempts": 3 if is_odd else 0,
        "replays": number % 3,
        "state": "open",
        "outcome": "open",
        "note": None,
        "decided_by": None,
        "decided_at": None,
        "died_again_as": None,
        "created_at": sample.ago(17 * number),
        "subject": "links.scraped",
        "headers": {
            "ws-event-id": "0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f41",
            "ws-schema": "links.scraped/1",
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        },
        "text": json.dumps(BODY, indent=2),
        **changes,
    }


def page(path: str, state: str) -> Page:
    """Return the list (`none`, `many`) or a letter: open, `error`, `decided`, `sent`, `evil`."""
    if path != "/admin/dead":
        decided = {"state": "replayed", "outcome": "died_again", "died_again_as": "links/14"}
        decided |= {"decided_by": "sari", "decided_at": sample.ago(3)}
        sent = {"state": "replayed", "outcome": "sent", "service": "scraper"}
        evil: dict[str, Any] = dict.fromkeys(("event", "code", "detail", "subject"), EVIL)
        evil |= {"headers": {"odd": EVIL}, "text": f"{[EVIL] * 40}"}
        shown = letter(13, **{"decided": decided, "evil": evil, "sent": sent}.get(state, {}))
        return (
            "admin/dead_letter.html",
            {"letter": shown, "errors": {"why": "required"} if state == "error" else {}},
            200,
        )
    found = [letter(number) for number in {"none": (), "many": range(60, 10, -1)}.get(state, (13, 12, 11))]
    if state == "many":
        found[1] |= dict.fromkeys(("event", "code", "detail"), EVIL)
    filters = dict.fromkeys(("consumer", "code", "fingerprint"), "")
    states = ("open", "replayed", "dropped", "all")
    context = {
        "found": found,
        "total": 1234 if state == "many" else len(found),
        "state": "open",
        "states": states,
        "filters": filters,
    }
    return (
        "admin/dead.html",
        {**context, "narrowed": "", "consumers": CONSUMERS, "next_url": "?" if state == "many" else None},
        200,
    )
