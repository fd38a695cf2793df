"""A made-up episode as its player sees it: links, jobs, steps and the room around the picture."""

from typing import Any

from sample import NAMES, ago


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
    alive = {
        "state": "alive",
        "reason": None,
        "since": None,
        "checked_at": ago(3),
        "ok_at": ago(3),
        "latency_ms": 140,
    }
    healths = {
        "alive": alive,
        "suspect": {**alive, "state": "suspect", "reason": "timeout", "since": ago(25)},
        "dead": {**alive, "state": "dead", "reason": "not_found", "since": ago(70)},
        "unknown": {**alive, "state": "unknown", "checked_at": None, "ok_at": None, "latency_ms": None},
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
                    "scraped_at": ago(125),
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
    if state == "dead":
        rows = [{**row, "state": "dead", "offered": False} for row in rows]
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
        {"position_s": float(query["came"]), "duration_s": None, "finished": False, "watched_at": ago(60)}
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
