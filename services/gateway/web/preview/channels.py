"""Made-up channels for the operator's pages."""

from typing import Any

from sample import Page, at

from wellspring_gateway.domain.target_form import GENERATIONS, KINDS, LIMITS, filled, fresh, refused, stored
from wellspring_gateway.domain.target_limits import day_of, mark_of
from wellspring_gateway.domain.upload_form import CATEGORIES, Filled

DEFAULTS = {"is_for_kids": False, "visibility": "private", "category": "tv", "title_template": "{title}"}
PATHS = {"name": "Own films", "url": "https://video.example.org/c/films", "channel": "own films"}
OWN = 2
"""The channel on an instance of one's own."""


def target(number: int, **changes: Any) -> dict[str, Any]:
    """Return one channel."""
    kind = "peertube" if number == OWN else "dailymotion"
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
        "interval_s": 20 if kind == "peertube" else 3600,
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
    tested = row["test_result"]
    day = day_of(kind, row["settings"], tested, videos=row["used_videos"], minutes=row["used_minutes"])
    return {**row, **day, "status": mark_of(row["state"], row["state_reason"], tested)}


AWAY = {
    "detail": "video.example.org did not answer.",
    "code": "connect",
    "limits": {"largest_bytes": 8 * 10**9, "videos_per_day": 40},
}
BUSY = {
    "url": "https://video.example.org",
    "limits": "custom",
    "custom_limits": {"minutes_per_day": 1_250_000, "videos_per_day": 100, "longest_minutes": 90.5},
}
"""A channel whose platform told limits, and whose last test failed."""
REFUSED: dict[str, Any] = {
    "state": "auth_paused",
    "state_reason": "credentials_refused: Dailymotion answered 401: the client is not known.",
    "from_environment": True,
    "test_result": {
        "works": False,
        "account": None,
        "channel": None,
        "detail": "Dailymotion answered 401: the client is not known.",
        "code": "credentials_refused",
    },
}

_TWICE = "The target 'Night harbour' publishes to the channel x1night already: schedule there, or remove one."
TAKEN = {
    "state": "auth_paused",
    "state_reason": f"channel_taken: {_TWICE}",
    "used_videos": 0,
    "used_minutes": 0.0,
    "test_result": {
        "works": False,
        "account": None,
        "channel": None,
        "detail": _TWICE,
        "code": "channel_taken",
    },
}


def targets(state: str) -> Page:
    """Return the channels: with `none` none, with `taken` one entered twice, with `away` one unheard."""
    full = target(1, quota_until=at(70), waits=True, used_videos=15)
    fresh_one = target(2, tested_at=None, test_result=None)
    away = target(2, test_result={**REFUSED["test_result"], **AWAY}, settings=BUSY)
    second, stopped = away if state == "away" else fresh_one, TAKEN if state == "taken" else REFUSED
    shown = [] if state == "none" else [full, second, target(3, **stopped)]
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
    if state == "wrong":
        said = ({"field": "url", "why": "no_origin"}, {"field": "channel", "why": "no_channel"})
        form = Filled({**form.fields, **PATHS}, refused("bad_target_settings", said) or {})
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
