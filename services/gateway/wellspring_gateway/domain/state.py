"""The live state of an episode, as the player and the API show it."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from wellspring_common.minimum import minimum_servers
from wellspring_common.offering import is_offered, turning_points
from wellspring_common.tunables import Tunables

from .carrying import NOBODY, Carrier
from .cooldown import RecentJobs, scrape_allowed_at
from .offers import Link, by_quality, in_order, server_info
from .records import ServerRecord


@dataclass(frozen=True)
class Master:
    """A permanent page with its quality."""

    source_id: int
    quality: int | None
    url: str


@dataclass(frozen=True)
class Job:
    """One job as people look it up."""

    id: str
    kind: str
    episode_id: int | None
    lane: str
    reason: str
    requested_by: str | None
    state: str
    attempts: int
    error_code: str | None
    error_detail: str | None
    counts: dict[str, int]
    problems: list[dict[str, Any]]
    browser: list[dict[str, Any]]
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelled_by: str | None = None
    catalogue_id: int | None = None
    catalogue: str | None = None
    scope: str | None = None
    query: str | None = None

    @property
    def is_live(self) -> bool:
        """Return whether the job has not ended."""
        return self.state in {"queued", "running"}

    def brief(self) -> dict[str, Any]:
        """Return what a viewer may know."""
        return {
            "id": self.id,
            "state": self.state,
            "requested_at": _iso(self.requested_at),
            "started_at": _iso(self.started_at),
            "finished_at": _iso(self.finished_at),
            "error_code": self.error_code,
            "error_detail": self.error_detail,
            "browser_because": self.browser[0]["code"] if self.browser else None,
        }


@dataclass(frozen=True)
class EpisodeState:
    """Everything stored that a player needs of one episode."""

    episode_id: int
    masters: tuple[Master, ...]
    links: tuple[Link, ...]
    job: Job | None
    recent: RecentJobs
    records: Mapping[str, ServerRecord] = field(default_factory=dict)
    """What is known of the servers."""

    def offered(self, *, now: datetime, tunables: Tunables, carrier: Carrier = NOBODY) -> list[Link]:
        """Return the links that may be watched, best first."""
        ids = self._offered_ids(now=now, tunables=tunables)
        listed = self._listed(
            ids, now=now, tunables=tunables, playable=lambda link: carrier.to_browser(link) is not None
        )
        return [link for link in listed if link.id in ids]

    def sound(self, *, now: datetime, tunables: Tunables, without: AbstractSet[int] = frozenset()) -> int:
        """Return how many of the offered links nothing speaks against: a suspect is offered, but last."""
        return self._sound(self._offered_ids(now=now, tunables=tunables) - without)

    def _sound(self, ids: AbstractSet[int]) -> int:
        return sum(link.id in ids and link.state != "suspect" for link in self.links)

    def changes_at(self, *, now: datetime, tunables: Tunables) -> datetime | None:
        """Return the first moment from `now` on at which time alone may change an answer."""
        trust = timedelta(minutes=2 * tunables.probe_interval_minutes)
        ahead = [
            moment for link in self.links for moment in turning_points(link, trust=trust) if moment >= now
        ]
        # by how many links are sound: both ways, since that may be what changes
        for sound in (0, 1):
            allowed_at = self.allowed_at(now=now, tunables=tunables, sound=sound)
            ahead += [allowed_at] if allowed_at is not None else []
        return min(ahead, default=None)

    def _offered_ids(self, *, now: datetime, tunables: Tunables) -> frozenset[int]:
        trust = timedelta(minutes=2 * tunables.probe_interval_minutes)
        return frozenset(link.id for link in self.links if is_offered(link, now=now, trust=trust))

    def _listed(
        self,
        offered: frozenset[int],
        *,
        now: datetime,
        tunables: Tunables,
        playable: Callable[[Link], bool],
    ) -> list[Link]:
        return in_order(
            self.links,
            offered=offered,
            preferred=tunables.preferred_servers,
            records=self.records,
            seen_since=now - timedelta(minutes=2 * tunables.probe_interval_minutes),
            playable=playable,
        )

    def allowed_at(
        self, *, now: datetime, tunables: Tunables, sound: int, found_broken: bool = False
    ) -> datetime | None:
        """Return when a person may force the next scrape, or nothing for now.

        Links that were `found_broken` a moment ago are not among the `sound`.
        """
        return scrape_allowed_at(
            self.recent,
            something_sound=sound > 0,
            cooldown=timedelta(minutes=tunables.force_scrape_cooldown_minutes),
            now=now,
            found_broken=found_broken,
        )

    def info(self, *, offered: int, tunables: Tunables) -> dict[str, Any]:
        """Return the seeds' `server_info`."""
        minimum = minimum_servers(tunables.min_servers_per_episode, len(self.masters))
        return server_info(offered=offered, minimum=minimum)

    def snapshot(
        self, *, now: datetime, tunables: Tunables, stale: bool = False, carrier: Carrier = NOBODY
    ) -> dict[str, Any]:
        """Return what `encoded` tells, as values."""
        encoded = self.encoded(now=now, tunables=tunables, stale=stale, carrier=carrier)
        values: dict[str, Any] = orjson.loads(encoded)
        return values

    def encoded(
        self, *, now: datetime, tunables: Tunables, stale: bool = False, carrier: Carrier = NOBODY
    ) -> bytes:
        """Return the state as JSON, links in the order in which they are offered."""
        ids = self._offered_ids(now=now, tunables=tunables)
        ways = {link.id: carrier.shown(link, self.episode_id) for link in self.links}
        listed = self._listed(
            ids, now=now, tunables=tunables, playable=lambda link: ways[link.id]["playable"]
        )
        sound = self._sound(ids)
        allowed_at = self.allowed_at(now=now, tunables=tunables, sound=sound)
        state = {
            "episode_id": self.episode_id,
            "server_info": self.info(offered=len(ids), tunables=tunables),
            "masters": [{"quality": master.quality, "url": master.url} for master in self.masters],
            "links": [_shown(link, link.id in ids, ways[link.id]) for link in listed],
            "job": self.job.brief() if self.job else None,
            "cooldown_until": allowed_at,
            "can_scrape": bool(self.masters),
            "stale": stale,
        }
        return orjson.dumps(state)

    def seeds_answer(self, *, now: datetime, tunables: Tunables) -> dict[str, Any]:
        """Return the answer of the seeds' `GET /get_link`: cached links, else the master links."""
        offered = self.offered(now=now, tunables=tunables)
        info = self.info(offered=len(offered), tunables=tunables)
        shown = {key: info[key] for key in ("server_count", "needs_force_scrape")}
        if info["message"]:
            shown["message"] = info["message"]
        if offered:
            return {"status": "cached", "links": by_quality(offered), "server_info": shown}
        masters = {str(master.quality or "auto"): master.url for master in self.masters}
        return {"status": "master", "links": masters, "server_info": shown}


def _shown(link: Link, offered: bool, way: Mapping[str, Any]) -> dict[str, Any]:  # noqa: FBT001  (asked often)
    return {
        "id": link.id,
        "generation": link.generation,
        "quality": link.quality,
        "server": link.server,
        "label": link.label,
        "kind": link.kind,
        "container": link.container,
        "url": link.url,
        "size_bytes": link.size_bytes,
        "language": link.language,
        "state": link.state,
        "offered": offered,
        **way,
        "expires_at": link.expires_at,
        "expiry_basis": link.expiry_basis,
        "checked_at": link.checked_at,
        "scraped_at": link.scraped_at,
        "expiry": {
            "at": link.expires_at,
            "basis": link.expiry_basis,
            "evidence": link.expiry_evidence,
        },
        "health": {
            "state": link.state,
            "reason": link.reason,
            "since": link.since,
            "checked_at": link.checked_at,
            "ok_at": link.ok_at,
            "latency_ms": link.latency_ms,
        },
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
