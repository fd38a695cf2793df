"""The pages of uploads, downloads and channels with hostile and with empty data."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from wellspring_common.account_limits import Limits
from wellspring_gateway.domain.target_form import filled, fresh
from wellspring_gateway.domain.uploads import counted

from .crawling_pages import EVIL, NOW

AT = datetime.fromisoformat(NOW).astimezone(UTC)
UPLOAD: dict[str, Any] = {
    "id": "0193",
    "title": EVIL,
    "slug": "a-title",
    "target": EVIL,
    "season": 2,
    "number": 12.5,
    "status": "failed",
    "state": "failed",
    "percent": 40,
    "planned_at": AT,
    "waits_for": EVIL,
    "tries": 2,
    "next_try_at": AT,
    "error_code": EVIL,
    "error_detail": EVIL,
    "bytes_sent": 4,
    "size_bytes": 10,
    "seq": 3,
    "video_id": EVIL,
    "video_url": "https://video.example/x",
    "started_at": AT,
    "completed_at": None,
}
BARE = {**UPLOAD, "size_bytes": None, "waits_for": None, "planned_at": None, "status": "uploading"}
BARE |= {"state": "sending", "error_code": None, "video_id": None, "video_url": None}
SKIPPED = {**UPLOAD, "status": "skipped", "state": "needs_fix"}
TARGET: dict[str, Any] = {
    "id": 1,
    "name": EVIL,
    "kind": "dailymotion",
    "settings": {"generation": EVIL, "channel": EVIL},
    "interval_s": 7,
    "state": "held",
    "state_reason": EVIL,
    "quota_until": AT,
    "waits": True,
    "from_environment": False,
    "tested_at": AT,
    "test_result": {"works": False, "detail": EVIL, "code": EVIL},
    "used_videos": 3,
    "used_minutes": 4.5,
    "limits": Limits(15, 600.0, 2.5, 9),
    "whose": {
        "videos_per_day": "own",
        "minutes_per_day": "tier",
        "longest_minutes": "told",
        "largest_bytes": "told",
    },
    "status": {"word": "held", "badge": "bad"},
    "videos_share": 20,
    "minutes_share": 1,
}
PLAIN = {**TARGET, "id": 2, "kind": "peertube", "settings": {}, "state": "ready", "limits": Limits()}
PLAIN |= {"whose": {}, "status": {"word": "ready", "badge": "good"}}
PLAIN |= {"test_result": {"works": True, "account": EVIL, "channel": EVIL}, "from_environment": True}
SERIES = {
    "id": 1,
    "title": EVIL,
    "slug": None,
    "target": EVIL,
    "state": "active",
    "counts": counted({"live": 3}),
}
SLOT = {"video_title": EVIL, "planned_at": AT, "waits_for": "slot", "problems": (EVIL,)}
FORM = dict.fromkeys(("title_id", "category", "title_template", "tags", "visibility"), EVIL)
WRONG = {name: {"key": "missing", "params": {}} for name in ("title_id", "is_for_kids", "tags")}
UPLOADS: dict[str, Any] = {
    "counts": counted({"live": 1, "planned": 9}),
    "current": [BARE],
    "next": [UPLOAD],
    "more": True,
    "trouble": [UPLOAD, SKIPPED],
    "schedules": [SERIES, {**SERIES, "id": 2, "state": "paused"}, {**SERIES, "id": 3, "state": "done"}],
    "targets": [TARGET],
    "away": True,
    "troubled": [TARGET, {**PLAIN, "quota_until": AT}],
    "form": FORM,
    "errors": WRONG,
    "categories": ("tv", EVIL),
    "titles": [{"id": 1, "title": EVIL, "here": 1, "episodes": 2}],
    "rehearsal": SimpleNamespace(slots=[SLOT, {**SLOT, "problems": ()}], problems=(EVIL,)),
    "refusal": {"code": "rights_unknown", "detail": EVIL},
    "added": {"title": EVIL, "starts_at": AT},
}
NOTHING: dict[str, Any] = {
    name: [] for name in ("current", "next", "trouble", "schedules", "targets", "troubled", "titles")
}
EMPTY = {**UPLOADS, **NOTHING, "counts": counted({}), "more": False, "form": {}, "errors": {}}
EMPTY |= {"rehearsal": None, "refusal": None, "added": None}
DOWNLOAD: dict[str, Any] = {
    "id": "0193",
    "title": EVIL,
    "slug": "a-title",
    "episode_id": 1,
    "season": 1,
    "number": 1,
    "quality": 720,
    "state": "running",
    "percent": 3,
    "server": EVIL,
    "bytes_done": 3,
    "bytes_total": 100,
    "error_code": EVIL,
    "error_detail": EVIL,
    "next_try_at": AT,
    "requested_by": EVIL,
    "requested_at": AT,
    "finished_at": AT,
    "waits": True,
    "actions": ("retry", "pause", "cancel", "resume"),
}
LOST = {**DOWNLOAD, "title": None, "slug": None, "number": None, "season": None, "percent": None}
LOST |= {"bytes_total": None, "server": None, "quality": None, "requested_by": None, "actions": ()}
DOWNLOADS: dict[str, Any] = {
    "downloads": [DOWNLOAD, LOST],
    "counts": dict.fromkeys(("queued", "running", "paused", "succeeded", "failed", "cancelled"), 2),
    "live": True,
    "chosen": "running",
    "later": False,
    "next_url": "/admin/downloads?cursor=e30",
    "files": 2,
    "size": 10**9,
    "asked": {"queued": 1, "running": None, "present": 0},
    "brought": True,
    "form": {"title_id": "1", "quality": EVIL, "episode_id": EVIL, "path": EVIL},
    "errors": {name: {"key": "missing", "params": {}} for name in ("title_id", "quality", "path")},
    "refusal": {"code": EVIL, "detail": EVIL},
    "titles": [{"id": 1, "title": EVIL, "here": 1, "episodes": 2}],
}
QUIET = {**DOWNLOADS, "downloads": [], "live": False, "chosen": None, "next_url": None, "brought": False}
QUIET |= {
    "errors": {},
    "refusal": None,
    "titles": [],
    "asked": dict.fromkeys(("queued", "running", "present")),
}
QUIET |= {"form": dict.fromkeys(("title_id", "quality", "episode_id", "path"), "")}
TARGET_FORM: dict[str, Any] = {
    "target": TARGET,
    "kind": "dailymotion",
    "form": dict.fromkeys(("name", "channel", "interval_s", "has_defaults", "title_template"), EVIL),
    "errors": {"api_key": {"key": "missing", "params": {}}, "name": {"key": "too_long", "params": {}}},
    "refusal": {"code": EVIL, "detail": EVIL},
    "generations": ("v2", "legacy", "partner"),
    "limits": ("standard", "premium", "custom"),
    "categories": ("tv",),
}
NEW = {**TARGET_FORM, "target": None, "kind": "peertube", "form": fresh("peertube").fields, "errors": {}}
ADDED = filled("dailymotion", {"name": EVIL})
PUBLISHING: dict[str, tuple[str, dict[str, Any]]] = {
    "uploads": ("admin/uploads.html", UPLOADS),
    "uploads, empty": ("admin/uploads.html", EMPTY),
    "upload": (
        "admin/upload.html",
        {"upload": UPLOAD, "steps": [{"at": AT, "state": EVIL, "code": EVIL, "detail": EVIL}]},
    ),
    "upload, sending": ("admin/upload.html", {"upload": BARE, "steps": []}),
    "calendar": ("admin/upload_calendar.html", {"days": [(date(2026, 1, 1), [UPLOAD]), (None, [BARE])]}),
    "calendar, empty": ("admin/upload_calendar.html", {"days": []}),
    "channels": (
        "admin/targets.html",
        {"targets": [TARGET, PLAIN], "tested": 1, "saved": 2, "kinds": ("dailymotion", "peertube")},
    ),
    "channels, empty": ("admin/targets.html", {"targets": [], "tested": None, "saved": None, "kinds": ()}),
    "channel": ("admin/target.html", TARGET_FORM),
    "channel, new": ("admin/target.html", {**NEW, "refusal": None}),
    "channel, wrong": (
        "admin/target.html",
        {**TARGET_FORM, "target": None, "form": ADDED.fields, "refusal": None},
    ),
    "downloads": ("admin/downloads.html", DOWNLOADS),
    "downloads, empty": ("admin/downloads.html", QUIET),
}
