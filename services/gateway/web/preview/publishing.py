"""Made-up uploads for the operator's pages, and which page of publishing is shown."""

from decimal import Decimal
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from channels import REFUSED, TAKEN, target, target_form, targets
from downloading import downloads
from sample import LONG, MB, NUMBER, Page, at

from wellspring_gateway.domain.upload_form import CATEGORIES, form_of
from wellspring_gateway.domain.uploads import WORD_OF, counted, percent

TOO_LONG, FAILED = 3, 6
"""The episode that a rehearsal finds too long, and the one that failed."""


def upload(number: int, state: str, **changes: Any) -> dict[str, Any]:
    """Return one upload."""
    row: dict[str, Any] = {
        "id": f"{NUMBER}{number:02}",
        "schedule_id": 1,
        "target_id": 1,
        "target": "Night harbour",
        "title_id": 1,
        "title": "Nine Lantern Ferry",
        "slug": "title-1",
        "episode_id": number,
        "season": 1,
        "number": Decimal(number),
        "ordinal": number,
        "state": state,
        "planned_at": at(60 * number),
        "waits_for": "slot" if number % 3 else "quota",
        "tries": 0,
        "next_try_at": None,
        "error_code": None,
        "error_detail": None,
        "bytes_sent": 0,
        "size_bytes": 412 * MB,
        "seq": 4,
        "video_id": None,
        "video_url": None,
        "started_at": None,
        "completed_at": None,
        **changes,
    }
    done = percent(state, row["bytes_sent"], row["size_bytes"])
    return {**row, "status": WORD_OF[state], "percent": done}


SENDING = {"bytes_sent": 173 * MB, "started_at": at(-4), "planned_at": None, "waits_for": None}
WRONG = {
    "tries": 2,
    "error_code": "session_lost",
    "error_detail": "Not a byte got through for 120 s.",
    "next_try_at": at(12),
}
SKIPPED = {
    "tries": 3,
    "error_code": "too_long",
    "error_detail": "131 minutes, and the account may upload 120.",
    "title": LONG,
}


def uploads(state: str) -> Page:
    """Return the schedule: `none`, `error`, `refused`, `rehearsed`, `added`, `away`."""
    busy = state not in {"none", "away", "error"}
    by_state = {"live": 41, "sending": 1, "planned": 60, "quota_wait": 1, "failed": 1, "needs_fix": 1}
    counts = counted(by_state if busy else {})
    series = {
        "id": 1,
        "title_id": 1,
        "title": "Nine Lantern Ferry",
        "slug": "title-1",
        "target": "Night harbour",
    }
    schedules = [
        {
            **series,
            "state": "active",
            "counts": counted({"live": 9, "sending": 1, "planned": 14, "failed": 1}),
        },
        {
            **series,
            "id": 2,
            "title": LONG,
            "slug": None,
            "state": "paused",
            "counts": counted({"planned": 30}),
        },
        {**series, "id": 3, "title": "Small Harbours", "state": "done", "counts": counted({"live": 32})},
    ]
    slots = [
        {"video_title": f"Small Harbours - Episode {n}", "planned_at": at(60 * n), "waits_for": "series",
         "problems": ("too_long",) if n == TOO_LONG else ()}
        for n in range(1, 5)
    ]  # fmt: skip
    refusals = {
        "refused": {"code": "not_downloaded", "detail": "Episodes 3 and 4 of “Small Harbours” are not here."},
        "away": {"code": "uploader_away", "detail": "The uploader does not answer. Try again shortly."},
    }
    wrong = {
        "is_for_kids": {"key": "kids_unsaid", "params": {}},
        "title_id": {"key": "missing", "params": {}},
    }
    waiting = target(2, quota_until=at(90))
    context = {
        "counts": counts,
        "current": [upload(4, "sending", **SENDING)] if busy else [],
        "next": [upload(n, "planned") for n in range(5, 10)] if busy else [],
        "more": busy,
        "trouble": [upload(2, "failed", **WRONG), upload(3, "needs_fix", **SKIPPED)] if busy else [],
        "schedules": schedules if busy else [],
        "targets": [target(1), target(2)] if state != "none" else [],
        "away": state == "gone",
        "troubled": [target(3, **REFUSED), target(1, **TAKEN), waiting] if state == "trouble" else [],
        "form": form_of({"title_id": "2"} if state in {"refused", "rehearsed"} else {}).fields,
        "errors": wrong if state == "error" else {},
        "categories": CATEGORIES,
        "titles": [{"id": 2, "title": "Small Harbours", "episodes": 12, "here": 10}],
        "rehearsal": SimpleNamespace(slots=slots, problems=("not_downloaded",))
        if state == "rehearsed"
        else None,
        "refusal": refusals.get(state),
        "added": {"title": "Small Harbours", "starts_at": at(40)} if state == "added" else None,
    }
    return "admin/uploads.html", context, 200


def one(state: str) -> Page:
    """Return one upload: sending, `failed`, `live` or `waiting`."""
    kinds = {
        "failed": upload(2, "failed", **WRONG),
        "waiting": upload(6, "quota_wait"),
        "live": upload(
            1, "live", video_id="x8ab12", video_url="https://video.example/x8ab12", completed_at=at(-9)
        ),
    }
    steps = [
        {"at": at(-3), "state": "sending", "code": None, "detail": None},
        {"at": at(-4), "state": "session", "code": "interrupted", "detail": "The upload was interrupted."},
        {"at": at(-80), "state": "planned", "code": None, "detail": None},
    ]
    shown = kinds.get(state, upload(4, "sending", **SENDING))
    return "admin/upload.html", {"upload": shown, "steps": steps}, 200


def calendar(state: str) -> Page:
    """Return the calendar, or with `none` an empty one."""
    waiting = [
        upload(n, "failed" if n == FAILED else "planned", planned_at=at(240 * n)) for n in range(5, 12)
    ]
    slots = groupby(waiting, key=lambda each: each["planned_at"].date())
    days = [
        *((day, list(of_day)) for day, of_day in slots),
        (None, [upload(13, "planned", planned_at=None, waits_for="paused")]),
    ]
    return "admin/upload_calendar.html", {"days": [] if state == "none" else days}, 200


def page(path: str, query: dict[str, str], state: str) -> Page:
    """Return the page for a path below `/admin`."""
    if path.startswith("/admin/targets/"):
        return target_form(path, query, state)
    if path == "/admin/uploads/calendar":
        return calendar(state)
    if path.startswith("/admin/uploads/"):
        return one(state)
    whole = {"/admin/targets": targets, "/admin/downloads": downloads}
    return whole.get(path, uploads)(state)
