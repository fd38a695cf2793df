"""Links, jobs and states as tests need them: healthy unless a test says otherwise."""

from datetime import UTC, datetime, timedelta
from typing import Any

from wellspring_gateway.domain.cooldown import RecentJobs
from wellspring_gateway.domain.offers import Link
from wellspring_gateway.domain.state import EpisodeState, Job, Master

NOW = datetime(2025, 1, 15, 10, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUIET = RecentJobs(forced_at=None, failures=0, failed_at=None)

MASTERS = {
    480: "https://vcloud.lol/abc123",
    720: "https://vcloud.lol/def456",
    1080: "https://vcloud.lol/ghi789",
}


def link(number: int = 1, **changes: Any) -> Link:
    """Return an alive mp4 link that dies in an hour."""
    values: dict[str, Any] = {
        "id": number,
        "generation": 1,
        "source_id": 1,
        "quality": 720,
        "server": "pixel",
        "label": "Pixel",
        "kind": "stream",
        "container": "mp4",
        "url": f"https://files.example/{number}.mp4",
        "needs_headers": False,
        "size_bytes": 1_000,
        "language": None,
        "expires_at": NOW + HOUR,
        "expiry_basis": "default",
        "state": "alive",
        "checked_at": NOW,
        "ok_at": NOW,
        "latency_ms": 50,
        "scraped_at": NOW - HOUR,
    }
    return Link(**(values | changes))


def job(**changes: Any) -> Job:
    """Return a queued scrape."""
    values: dict[str, Any] = {
        "id": "0196f1a0-0000-7000-8000-000000000001",
        "kind": "scrape",
        "episode_id": 7,
        "lane": "interactive",
        "reason": "force",
        "requested_by": "operator",
        "state": "queued",
        "attempts": 0,
        "error_code": None,
        "error_detail": None,
        "counts": {},
        "browser": [],
        "problems": [],
        "requested_at": NOW,
        "started_at": None,
        "finished_at": None,
    }
    return Job(**(values | changes))


def state(*links: Link, **changes: Any) -> EpisodeState:
    """Return the seed's episode with the given links."""
    masters = tuple(
        Master(number, quality, url) for number, (quality, url) in enumerate(MASTERS.items(), start=1)
    )
    values: dict[str, Any] = {
        "episode_id": 7,
        "masters": masters,
        "links": links,
        "job": None,
        "recent": QUIET,
    }
    return EpisodeState(**(values | changes))
