"""Made-up data for the preview, in the shapes that the templates expect."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from wellspring_gateway.domain.home import GoesOn, Mark, NewEpisode

NAMES = (
    "The Tide Keeper",
    "Sintel",
    "Kampung Senja",
    "Big Buck Bunny",
    "Tears of Steel",
    "Cosmos Laundromat",
    "Elephants Dream",
    "A Quiet Harbour",
    "Hujan di Bulan Juni",
    "폭싹 속았수다",
    "Caminandes",
    "Spring",
    "The Very Long Title of a Series That Nobody Can Remember in Full",
    "Charge",
)


def ago(minutes: float) -> str:
    """Return a moment in the past, or with a negative number in the future, as ISO 8601."""
    now = datetime.now(UTC)  # noqa: TID251 - a preview has no clock of its own
    return (now - timedelta(minutes=minutes)).isoformat()


def titles() -> list[dict[str, Any]]:
    """Return the library."""
    return [
        {
            "id": n + 1,
            "slug": f"title-{n + 1}",
            "title": name,
            "original_title": None,
            "year": 2008 + n,
            "kind": "movie" if n % 3 == 1 else "series",
            "genres": ["Drama", "Mystery"],
            "format": "TV" if n % 3 != 1 else "Movie",
            "status": ("ongoing", "completed")[n % 2],
            "score": 7.81,
            "studio": "Northlight",
            "producer": "Harbour Films, Lake & Co",
            "total_episodes": 24,
            "duration": "24 min.",
            "release_date": "2024-04-06",
            "language": "id",
            "poster_url": "/static/sample-poster.svg" if n % 3 == 0 else None,
            "episode_count": 1 + n,
            "live_links": (9, 4, 0, 1)[n % 4],
            "first_watch_url": "/watch/1",
            "synopsis": "Every spring the harbour town loses a day, and only the woman who keeps the tide "
            "tables remembers which one. When a stranger arrives with the missing pages, she has to choose.",
        }
        for n, name in enumerate(NAMES)
    ]


def home() -> dict[str, Any]:
    """Return the rows of the home page."""
    begun: list[tuple[float, float | None] | None] = [(1300, 3600), None, (200, 5400), (9, None)]
    marks = [Mark(told[0], told[1], finished=False) if told else None for told in begun]
    chosen = list(enumerate(titles()))
    return {
        "going_on": [
            {
                "on": GoesOn(n, 1 + n // 2, Decimal(n + 1), n == 1, marks[n], one),
                "title": one,
                "watch_url": "/watch/1",
            }
            for n, one in chosen[:4]
        ],
        "new_episodes": [
            {"episode": NewEpisode(n, 1, Decimal(n), n, one), "title": one, "watch_url": "/watch/1"}
            for n, one in chosen[2:]
        ],
    }


def asking(state: str) -> dict[str, Any]:
    """Return where somebody goes on with a title, and what became of asking for its links."""
    mark = Mark(1300, 3600, finished=False)
    return {
        "working": seasons()[0]["episodes"][-2:] if state == "working" else [],
        "on": GoesOn(3, 1, Decimal(3), is_next=False, mark=mark, title={}) if state else None,
        "on_url": "/watch/3",
        "refresh": {"url": "/title/title-1/refresh", "fields": {}},
        "told": {"asked": False, "wait_s": 95 if state == "wait" else None, "none": state == "none"},
    }


def seasons() -> list[dict[str, Any]]:
    """Return two seasons with every kind of freshness."""
    names = ("The Lost Day", None, "Salt", "What the Water Said", "Low Tide")
    return [
        {
            "season": season,
            "episodes": [
                {
                    "id": 10 * season + n,
                    "number": number,
                    "label": f"Episode {number}",
                    "name": name,
                    "watch_url": "/watch/1",
                    "season": season,
                    "mark": (Mark(1, 2, finished=True), Mark(3, 9, finished=False), None, None, None)[n],
                    "live_links": (9, 4, 0, 1, 0)[n],
                    "total_links": (9, 9, 9, 9, 0)[n],
                    "checked_at": ago(7 + 90 * n) if name != "Salt" else None,
                    "state": "scraping" if name == "Low Tide" else "alive",
                    "due_at": (ago(-40), ago(2), None, ago(-3000), None)[n],
                    "why": ("watched", "starved", "single_use", "unwatched", None)[n],
                }
                for n, (number, name) in enumerate(zip((0, 1, 2, 3, 12.5), names, strict=True))
            ],
        }
        for season in (1, 2)
    ]


def links(*, media: bool) -> list[dict[str, Any]]:
    """Return nine links: most alive, one shaky, one dead, one expired."""
    states = {(720, "10gbps"): "suspect", (480, "fsl"): "dead", (480, "10gbps"): "unknown"}
    expiries = {
        "pixel": {
            "at": ago(-112),
            "basis": "learned",
            "evidence": "learned: 5.8–6.1 h from 38 links of pixel",  # noqa: RUF001
        },
        "fsl": {"at": ago(-64), "basis": "parameter", "evidence": "X-Amz-Date + X-Amz-Expires"},
        "10gbps": {"at": ago(-200), "basis": "default", "evidence": "default"},
    }
    alive = {"state": "alive", "reason": None, "since": None, "checked_at": ago(3), "ok_at": ago(3)}
    healths = {
        "alive": alive,
        "suspect": {**alive, "state": "suspect", "reason": "timeout", "since": ago(25)},
        "dead": {**alive, "state": "dead", "reason": "not_found", "since": ago(70)},
        "unknown": {**alive, "state": "unknown", "checked_at": None, "ok_at": None},
    }
    rows: list[dict[str, Any]] = []
    for quality in (1080, 720, 480):
        for server in ("pixel", "fsl", "10gbps"):
            state = states.get((quality, server), "alive")
            rows.append(
                {
                    "id": len(rows) + 1,
                    "generation": 1,
                    "quality": quality,
                    "server": server,
                    "label": server.title(),
                    "kind": "stream",
                    "container": "mp4",
                    "url": "/media/sample.mp4" if media else "/media/missing.mp4",
                    "size_bytes": quality * 1_150_000,
                    "state": state,
                    "offered": state != "dead",
                    "playable": True,
                    "via": "direct",
                    "play_url": "/media/sample.mp4" if media else "/media/missing.mp4",
                    "expires_at": ago(-112),
                    "checked_at": ago(3),
                    "expiry": expiries[server],
                    "health": healths[state],
                }
            )
    return rows


def job(state: str, code: str | None = None) -> dict[str, Any]:
    """Return a job in the shape of a snapshot."""
    return {
        "id": "0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f40",
        "state": state,
        "requested_at": ago(0.2),
        "started_at": ago(0.15),
        "finished_at": None,
        "error_code": code,
        "error_detail": None,
    }


def snapshot(state: str, *, media: bool = False) -> dict[str, Any]:
    """Return what is known of the episode in one of the player's states."""
    rows = links(media=media) if state in {"ready", "refreshing", "dead"} else []
    jobs = {"scraping": job("running"), "refreshing": job("running"), "failed": job("failed", "no_links")}
    cooldown = ago(-7.2) if state == "cooldown" else None
    return {
        "episode_id": 1,
        "masters": [{"quality": q, "url": f"https://pages.example/{q}"} for q in (480, 720, 1080)],
        "server_info": {
            "server_count": len(rows),
            "minimum": 9,
            "needs_force_scrape": not rows,
            "message": None,
        },
        "links": rows,
        "job": jobs.get(state),
        "cooldown_until": cooldown,
        "can_scrape": True,
        "stale": False,
    }


def recent_jobs() -> list[dict[str, Any]]:
    """Return jobs for the operator's table."""
    rows = (
        ("running", None),
        ("succeeded", None),
        ("failed", "no_links"),
        ("partial", "throttled"),
        ("queued", None),
        ("cancelled", None),
    )
    return [
        {
            "id": f"0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f4{n}",
            "kind": "scrape" if n % 2 else "refresh",
            "state": state,
            "label": f"{NAMES[n]} · E{n + 1}",
            "reason": "forced" if n % 2 else "due",
            "requested_at": ago(3 + n * 41),
            "finished_at": None,
            "error_code": code,
            "watch_url": "/watch/1",
        }
        for n, (state, code) in enumerate(rows)
    ]


def one_job() -> dict[str, Any]:
    """Return a failed job with everything that its page can show."""
    problems = [
        {
            "quality": 1080,
            "code": "no_links",
            "detail": "3 scripts seen, none with an address",
            "server": None,
            "url": "https://pages.example/1080",
        },
        {
            "quality": 720,
            "code": "not_media",
            "detail": "text/html",
            "server": "fsl",
            "url": "https://files.example/very/long/address/that/has/to/wrap/somewhere?token=0123456789abcdef0123456789",
        },
    ]
    return {
        **recent_jobs()[2],
        "lane": "interactive",
        "requested_by": "sari",
        "started_at": ago(85),
        "attempts": 2,
        "finished_at": ago(84),
        "error_detail": "no source gave a link",
        "problems": problems,
        "counts": {"sources": 3, "links": 0, "rejected": 1},
        "browser": [
            {
                "quality": 480,
                "code": "drift",
                "because": "drift: 0 of 2 servers without a browser",
                "links": 0,
            },
        ],
        "timings": {"total": 4210},
        "step": None,
        "library": None,
    }


def ended_early(state: str) -> dict[str, Any]:
    """Return a job that runs, or that a person ended."""
    over = state == "cancelled"
    nothing: dict[str, Any] = {"error_code": None, "error_detail": None, "problems": [], "browser": []}
    return {
        **one_job(),
        **nothing,
        "state": "cancelled" if over else "running",
        "counts": {},
        "timings": {},
        "finished_at": ago(2) if over else None,
        "cancelled_by": "sari" if over else None,
    }


def steps() -> list[dict[str, Any]]:
    """Return the steps of a scrape of three qualities."""
    told: list[tuple[str, int | None, int | None, str | None]] = [("started", None, None, None)]
    for name, count in (("fetching", None), ("found", 3), ("verifying", None), ("verified", 3)):
        told += [(name, quality, count, "pixel" if count is None else None) for quality in (1080, 720, 480)]
    told.append(("finished", None, None, None))
    return [
        {
            "job_id": job("running")["id"],
            "at": ago(0),
            "step": name,
            "quality": quality,
            "server": server,
            "host": "pages.example",
            "count": count,
            "code": None,
        }
        for name, quality, count, server in told
    ]


def room(query: dict[str, str]) -> dict[str, Any]:
    """Return what stands around the picture; `came` is how far somebody came, `film` has no next one."""
    came = (
        {"position_s": float(query["came"]), "duration_s": None, "finished": False}
        if "came" in query
        else None
    )
    way = None if "film" in query else "/watch/1?state=ready"
    return {
        "episode_id": 1,
        "title": NAMES[0],
        "episode": "S1 E3 · What the Water Said",
        "prev_url": way,
        "next_url": way,
        "next_label": "S1 E4 · 밤의 파도 and What Came After It, Told Once More",
        "signed_in": True,
        "progress": came,
        "subtitles": [
            {"id": 1, "language": "ko", "label": "", "url": "/static/sample.vtt"},
            {"id": 2, "language": "id", "label": "Lengkap", "url": "/static/sample.vtt"},
        ],
        "marks": {"intro": {"start": 5, "end": 30}, "outro": {"start": 50, "end": 60}},
    }
