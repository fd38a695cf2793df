"""Which template and which sample data stand behind each of the preview's addresses."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import crawling
import editing
import imports
import jobs
import letters
import members
import own
import playing
import probes
import publishing
import sample
import trash

from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.home import is_home, parted
from wellspring_gateway.domain.parts import Part, part_links
from wellspring_gateway.domain.shelf import query_of, wanted_by
from wellspring_gateway.domain.subtitles import ENCODINGS
from wellspring_gateway.domain.tuning import shown_settings
from wellspring_gateway.domain.why import plain_link

Page = tuple[str, dict[str, Any], int]
TITLE = sample.titles()[0]


def library(_: str, query: dict[str, str], state: str) -> Page:
    """Return the library: full, empty (`none`) or without a hit (`nothing`)."""
    found = [] if state in {"none", "nothing"} else sample.titles()
    words = "tide" if state == "nothing" else query.get("q", "")
    wanted = wanted_by({**query, "q": words})
    home = sample.home() if is_home(wanted) and found else None
    recent, shown = parted([*found, *found], goes_on=True) if home else ([], found)
    context: dict[str, Any] = {
        "titles": shown,
        "wanted": wanted,
        "shown": query_of(wanted),
        "total": len(found),
    }
    context |= {"home": home, "recent": recent, "start_url": "/" if wanted.cursor else None}
    lists = {"genres": ["Drama", "Mystery"], "languages": ["id", "ko"]}
    meant = "tide" if state == "meant" else None
    return "library.html", {**context, **lists, "meant": meant, "next_url": "/?cursor=x"}, 200


ELSEWHERE = {
    "members_only": False,
    "stremio": "stremio:///detail/series/wsp:1",
    "install": "stremio://127.0.0.1:8000/stremio/manifest.json",
}


def title(path: str, _: dict[str, str], state: str) -> Page:
    """Return a series, or a film for `title-2`: being worked on (`working`), or to wait for (`wait`)."""
    groups = sample.seasons()
    asking = sample.asking(state)
    if path.endswith("-2"):
        film = {**sample.titles()[1], "original_title": None}
        return (
            "title.html",
            {
                "title": film,
                "seasons": [{**groups[0], "episodes": groups[0]["episodes"][:1]}],
                **asking,
                "refresh_paused": True,
                "ways": {"seasons": [], "parts": []},
                "first_watch_url": "/watch/1",
                "elsewhere": {**ELSEWHERE, "members_only": True},
            },
            200,
        )
    numbers = [Part(1, Decimal(n), Decimal(n + 99), 100) for n in range(1, 1200, 100)]
    parts = [*numbers, Part(2, Decimal(1), Decimal(12), 12)]
    return (
        "title.html",
        {
            "title": {**TITLE, "original_title": "Penjaga Pasang"},
            "seasons": groups,
            **asking,
            "refresh_paused": False,
            "ways": part_links(parts, parts[1] if path.endswith("-3") else None, "title-3"),
            "first_watch_url": "/watch/1",
            "elsewhere": ELSEWHERE,
        },
        200,
    )


def player(_: str, query: dict[str, str], state: str) -> Page:
    """Return the player: empty, scraping, ready, refreshing, dead, failed or cooldown."""
    state = state or "empty"
    snapshot, now = playing.snapshot(state, media="media" in query), datetime.now(UTC)  # noqa: TID251  (times near now)
    return (
        "player.html",
        {
            "title": TITLE,
            "episode": {
                "id": 1,
                "season": 1,
                "number": 3,
                "label": "Episode 3",
                "name": "What the Water Said",
            },
            "snapshot": snapshot,
            "plain": [plain_link(link, now) for link in snapshot["links"]],
            "prev_url": "/watch/1?state=failed",
            "next_url": "/watch/1?state=ready",
            "live_url": f"/api/v1/live?episode=1&state={state}",
            "room": playing.room(query),
        },
        200,
    )


def login(_: str, __: dict[str, str], state: str) -> Page:
    """Return the sign-in page, with `error` after a wrong password."""
    error = "bad_credentials" if state == "error" else None
    context = {"error": error, "next": "/history", "provider": "Home" if state else None}
    return "login.html", {**context, "username": "sari" if state else ""}, 200


def setup(_: str, __: dict[str, str], state: str) -> Page:
    """Return the first-run page: fresh, with `error`, or `used`."""
    errors = {"password": "password_short", "password2": "passwords_differ"} if state == "error" else {}
    return "setup.html", {"errors": errors, "invalid_token": state == "used", "token": "preview"}, 200


def admin(path: str, query: dict[str, str], state: str) -> Page:  # noqa: PLR0911 - one for each page
    """Return the operator's pages: the form, the settings, a job."""
    if path == "/admin/settings":
        errors = {"min_servers_per_source": {"key": "out_of_range", "params": {}}} if state == "error" else {}
        context = {
            "settings": shown_settings(Tunables().model_dump()),
            "errors": errors,
            "saved": state == "saved",
        }
        return "admin/settings.html", context, 200
    if path.startswith(("/admin/catalogues", "/admin/definitions", "/admin/merges")):
        return crawling.page(path, state)
    if path.startswith(("/admin/uploads", "/admin/targets", "/admin/downloads")):
        return publishing.page(path, query, state)
    if path in {"/admin/users", "/admin/audit"}:
        return members.users(state) if path == "/admin/users" else members.audit(state)
    if path in {"/admin/import", "/admin/trash"}:
        return imports.page(state) if path == "/admin/import" else trash.page(state)
    if path.startswith(("/admin/probes", "/admin/dead")):
        return probes.page(path, state) if "/probes" in path else letters.page(path, state)
    if path.startswith(("/admin/titles/", "/admin/episodes/")):
        is_room = path.startswith("/admin/episodes/") or path.endswith("/marks")
        return room_form(path, state) if is_room else editing.page(path, state)
    if path.startswith("/admin/jobs"):
        return jobs.page(state) if path == "/admin/jobs" else ("admin/job.html", job(state), 200)
    return "admin/episode_form.html", form(state), 200


def room_form(path: str, state: str) -> Page:
    """Return the marks of a title, or an episode's subtitles and marks: empty, or with `error`."""
    entered = {"intro_start": "1:05", "intro_end": "1:00" if state == "error" else "2:35", "own": "true"}
    wrong = {"intro_end": {"key": "ends_before"}} if state == "error" else {}
    shown: dict[str, Any] = {"title": TITLE, "form": entered, "errors": wrong, "saved": state == "saved"}
    if path.endswith("/marks"):
        return "admin/title_marks.html", shown, 200
    made = {"size_bytes": 48_128, "created_at": sample.ago(60 * 30)}
    subtitles = [
        {"id": 1, "language": "ko", "label": "", **made},
        {"id": 2, "language": "id", "label": "Lengkap, dengan bunyi", **made},
    ]
    episode = {"id": 1, "season": 1, "number": 3, "name": "What the Water Said"}
    more: dict[str, Any] = {"episode": episode, "subtitles": subtitles, "encodings": ENCODINGS}
    if wrong:
        more["errors"] = {**wrong, "file": {"key": "not_subtitles"}}
    return "admin/episode_room.html", {**shown, **more}, 200


def job(state: str) -> dict[str, Any]:
    """Return a job page: of a scrape that ended, of a crawl, or of one that runs or was cancelled."""
    if state == "crawl":
        result = {"titles_added": 3, "titles_changed": 9, "titles_unchanged": 2, "episodes_added": 27}
        job = {**jobs.one_job(), **crawling.crawl(1, "running"), "error_code": None, "browser": []}
        return {"job": {**job, "library": result, "problems": []}}
    if state in {"running", "cancelling", "cancelled"}:
        return {"job": jobs.ended_early(state), "cancelling": state == "cancelling"}
    return {"job": jobs.one_job()}


def form(state: str) -> dict[str, Any]:
    """Return the episode form: empty, with errors, or after success."""
    values = {"kind": "series"}
    errors: dict[str, Any] = {}
    if state == "error":
        values |= {"show": "The Tide Keeper", "episode": "three", "link480": "pages.example/480"}
        errors = {"episode": {"key": "not_a_number"}, "link480": {"key": "not_a_url"}}
    added = {
        "player_url": "/watch/1",
        "label": "The Tide Keeper · E3",
        "episode_id": 1,
    }
    return {
        "form": values,
        "errors": errors,
        "added": added if state == "added" else None,
        "jobs": jobs.recent_jobs(),
        "usual": ["link480", "link720", "link1080"],
        "rare": ["link360", "link1440", "link2160"],
        "shows": list(sample.NAMES),
        "idempotency_key": str(uuid.uuid4()),
    }


PAGES: dict[str, Callable[[str, dict[str, str], str], Page]] = {
    "": library,
    "title": title,
    "watch": player,
    "player": player,
    "login": login,
    "setup": setup,
    "account": members.account,
    "invite": members.invite,
    "history": own.history,
    "list": own.listed,
    "admin": admin,
}


def page(path: str, query: dict[str, str]) -> Page:
    """Return the template, its own context and the status for a path."""
    make = PAGES.get(path.strip("/").split("/")[0])
    if make is None:
        return "error.html", {"status": 404, "key": "not_found", "detail": None}, 404
    return make(path, query, query.get("state", ""))
