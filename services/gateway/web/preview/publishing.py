"""Made-up uploads, downloads and channels for the operator's pages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from wellspring_gateway.domain.downloading import STATES, actions, percent
from wellspring_gateway.domain.target_form import GENERATIONS, KINDS, LIMITS, filled, fresh, stored
from wellspring_gateway.domain.target_limits import day_of
from wellspring_gateway.domain.upload_form import CATEGORIES, Filled, form_of
from wellspring_gateway.domain.uploads import WORD_OF, counted
from wellspring_gateway.domain.uploads import percent as upload_percent

Page = tuple[str, dict[str, Any], int]
NUMBER = "0199f3a0-7c1e-7a55-8b1f-0a4a8d7f4e"
LONG = "the-lantern-post-at-the-end-of-the-long-winter-road-" * 3
MB = 10**6
DEFAULTS = {"is_for_kids": False, "visibility": "private", "category": "tv", "title_template": "{title}"}
TRIED = 6
"""The episode that failed once."""


def at(minutes: float) -> datetime:
    """Return a moment so many minutes from now."""
    return datetime.now(UTC) + timedelta(minutes=minutes)  # noqa: TID251  (times near now)


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
    done = upload_percent(state, row["bytes_sent"], row["size_bytes"])
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


def target(number: int, **changes: Any) -> dict[str, Any]:
    """Return one channel."""
    kind = "peertube" if number == 2 else "dailymotion"  # noqa: PLR2004
    own = {"url": "https://video.example.org", "limits": "custom"} if kind == "peertube" else {}
    settings: dict[str, Any] = own or {
        "generation": "v2",
        "channel": "x1night",
        "limits": "standard",
        "chunked": True,
    }
    row: dict[str, Any] = {
        "id": number,
        "name": ("Night harbour", "Own films", "dailymotion")[number - 1],
        "kind": kind,
        "settings": {**settings, "defaults": DEFAULTS},
        "interval_s": 3600 if number != 2 else 20,  # noqa: PLR2004
        "state": "ready",
        "state_reason": None,
        "quota_until": None,
        "waits": False,
        "from_environment": False,
        "tested_at": at(-31),
        "test_result": {"works": True, "account": "sari", "channel": "x1night", "detail": "", "code": None},
        "used_videos": 11,
        "used_minutes": 402.5,
        **changes,
    }
    day = day_of(kind, row["settings"], videos=row["used_videos"], minutes=row["used_minutes"])
    return {**row, **day}


REFUSED = {
    "state": "auth_paused",
    "state_reason": "invalid_client",
    "from_environment": True,
    "test_result": {
        "works": False,
        "account": None,
        "channel": None,
        "detail": "Dailymotion answered 401: the client is not known.",
        "code": "credentials_refused",
    },
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
         "problems": ("too_long",) if n == 3 else ()}  # noqa: PLR2004
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
        "troubled": [target(3, **REFUSED), waiting] if state == "trouble" else [],
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
    waiting = [upload(n, "failed" if n == TRIED else "planned", planned_at=at(240 * n)) for n in range(5, 12)]
    slots = groupby(waiting, key=lambda each: each["planned_at"].date())
    days = [
        *((day, list(of_day)) for day, of_day in slots),
        (None, [upload(13, "planned", planned_at=None, waits_for="paused")]),
    ]
    return "admin/upload_calendar.html", {"days": [] if state == "none" else days}, 200


def targets(state: str) -> Page:
    """Return the channels, with `none` none."""
    full = target(1, quota_until=at(70), waits=True, used_videos=15)
    fresh_one = target(2, tested_at=None, test_result=None)
    shown = [] if state == "none" else [full, fresh_one, target(3, **REFUSED)]
    saved = 2 if state == "saved" else None
    return "admin/targets.html", {"targets": shown, "tested": None, "saved": saved, "kinds": KINDS}, 200


def target_form(path: str, query: dict[str, str], state: str) -> Page:
    """Return the form of a channel: a new one, one that is stored, or one with mistakes (`error`)."""
    is_new = path.endswith("/new")
    row = (
        None
        if is_new
        else target(3, **REFUSED)
        if path.endswith("/3")
        else target(2 if path.endswith("/2") else 1)
    )
    kind = query.get("kind", "dailymotion") if row is None else row["kind"]
    form: Filled = (
        fresh(kind) if row is None else stored(kind, row["name"], row["interval_s"], row["settings"])
    )
    if state == "error":
        form = filled(kind, {**form.fields, "name": "", "interval_s": "often", "has_defaults": "on"})
    refusal = {
        "code": "bad_secrets",
        "detail": "This target needs api_key, api_secret: api_secret is missing.",
    }
    context = {
        "target": row,
        "kind": kind,
        "form": form.fields,
        "errors": {name: {"key": error, "params": {}} for name, error in form.errors.items()},
        "refusal": refusal if state == "refused" else None,
        "generations": GENERATIONS,
        "limits": LIMITS,
        "categories": CATEGORIES,
    }
    return "admin/target.html", context, 200


def download(row_number: int, state: str, **changes: Any) -> dict[str, Any]:
    """Return one download."""
    row: dict[str, Any] = {
        "id": f"{NUMBER}{row_number:02}",
        "title": "Small Harbours",
        "slug": "title-1",
        "episode_id": row_number,
        "season": 1,
        "number": Decimal(row_number),
        "quality": 720,
        "state": state,
        "server": "pixel",
        "bytes_done": 96 * MB,
        "bytes_total": 412 * MB,
        "error_code": None,
        "error_detail": None,
        "next_try_at": at(-1),
        "requested_by": "sari",
        "requested_at": at(-12),
        "finished_at": at(-2) if state in {"succeeded", "failed"} else None,
        "waits": False,
        **changes,
    }
    return {
        **row,
        "percent": percent(state, row["bytes_done"], row["bytes_total"]),
        "actions": actions(state, waits=row["waits"]),
    }


def downloads(state: str) -> Page:
    """Return the monitor: `none`, `error`, `refused`, `asked`."""
    waits = {"error_code": "waiting_for_links", "error_detail": None, "next_try_at": at(9), "waits": True}
    wrong = {"error_code": "not_a_film", "error_detail": "The file ends after 12 s.", "title": LONG}
    gone = {"title": None, "slug": None, "number": None, "season": None, "bytes_total": None}
    rows = [
        download(1, "running"),
        download(2, "running", bytes_total=None, server=None),
        download(3, "queued", bytes_done=0, server=None, **waits),
        download(4, "paused"),
        download(5, "failed", **wrong),
        download(6, "succeeded"),
        download(7, "cancelled", **gone),
    ]
    counts = dict.fromkeys(STATES, 0)
    for row in rows if state != "none" else []:
        counts[row["state"]] += 1
    bad = {
        "title_id": {"key": "missing", "params": {}},
        "quality": {"key": "quality_not_a_number", "params": {}},
    }
    context = {
        "downloads": [] if state == "none" else rows,
        "counts": counts,
        "live": False,
        "chosen": None,
        "later": False,
        "next_url": "/admin/downloads?cursor=x" if state != "none" else None,
        "files": 0 if state == "none" else 214,
        "size": 0 if state == "none" else 91_400 * MB,
        "asked": {"queued": 10, "running": 1, "present": 1}
        if state == "asked"
        else dict.fromkeys(("queued", "running", "present")),
        "brought": False,
        "form": {"title_id": "2" if state == "refused" else "", "quality": "", "episode_id": "", "path": ""},
        "errors": bad if state == "error" else {},
        "refusal": {"code": "title_not_found", "detail": "There is no such title."}
        if state == "refused"
        else None,
        "titles": [{"id": 2, "title": "Small Harbours", "episodes": 12, "here": 10}],
    }
    return "admin/downloads.html", context, 200


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
