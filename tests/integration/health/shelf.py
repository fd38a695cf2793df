"""Links as the refresher stores them, and what health knows of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import Episode, add_episode
from wellspring_common.bus.port import Delivery
from wellspring_common.events.envelope import Event
from wellspring_common.events.links import EpisodeStarved, LinkRef, LinksDied, LinksRevived, LinksUpdated
from wellspring_common.events.topology import HEALTH
from wellspring_common.testing.clock import FrozenClock
from wellspring_health.adapters.postgres import PostgresStore
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.looks import DueLink, Look
from wellspring_health.domain.rounds import Rules
from wellspring_health.ports import Round

INTERVAL = timedelta(minutes=30)
IDLE = timedelta(hours=24)
LEASE = timedelta(minutes=5)
RULES = Rules(watched=INTERVAL, idle=IDLE, half_life=timedelta(days=3), minimum=9)


class Shelf:
    """One database with links, seen from the outside."""

    def __init__(self, store: PostgresStore, admin: Any, clock: FrozenClock) -> None:
        self.store, self.admin, self.clock = store, admin, clock
        self.episode: Episode | None = None
        self.rules = RULES

    async def add(
        self,
        server: str = "pixel",
        *,
        url: str | None = None,
        verified: bool = False,
        expires_at: datetime | None = None,
        basis: str = "default",
        refresh_class: str = "safe",
        size: int | None = None,
        episode: Episode | None = None,
    ) -> LinkRef:
        """Store a link, not yet known to health, of the one episode there is unless another is given."""
        if self.episode is None:
            self.episode = await add_episode(self.admin)
        home = episode or self.episode
        source_id = home.source_ids[0]
        link_id = await self.admin.fetchval(
            "insert into links.links (source_id, episode_id, quality, server, label, kind, container, url, "
            "verified, scraped_at, expires_at, expiry_basis, refresh_class, size_bytes, job_id) values "
            "($1, $2, 720, $3, $3, 'stream', 'mp4', $4, $5, $6, $7, $8, $9, $10, gen_random_uuid()) "
            "returning id",
            source_id,
            home.episode_id,
            server,
            url or f"https://{server}.example/v/1",
            verified,
            self.clock.now(),
            expires_at,
            basis,
            refresh_class,
            size,
        )
        return LinkRef(link_id=link_id, generation=1, source_id=source_id, server=server, verified=verified)

    async def many(self, host: str, count: int, *, first: int = 0) -> list[LinkRef]:
        """Store as many links of one host and let health hear of them."""
        refs = [
            await self.add(f"{host}{number}", url=f"https://{host}/v/{number}")
            for number in range(first, first + count)
        ]
        await self.learn(*refs)
        return refs

    async def renew(self, ref: LinkRef) -> LinkRef:
        """Give a link another URL, as a refresh does."""
        row = await self.admin.fetchrow(
            "update links.links set generation = generation + 1, url = url || '+' where id = $1 "
            "returning generation",
            ref.link_id,
        )
        return ref.model_copy(update={"generation": row["generation"]})

    def updated(self, *refs: LinkRef) -> Delivery:
        """Return what the refresher tells of them."""
        assert self.episode is not None
        return delivery_of(
            LinksUpdated(episode_id=self.episode.episode_id, job_id=uuid4(), state="succeeded", changed=refs)
        )

    async def learn(self, *refs: LinkRef, delivery: Delivery | None = None) -> int:
        """Let health hear of links."""
        brought = delivery or self.updated(*refs)
        assert isinstance(brought.event, LinksUpdated)
        return await self.store.learn(
            HEALTH.name, brought, brought.event, now=self.clock.now(), rules=self.rules
        )

    async def claim(self, limit: int = 100, per_host: int = 100, busy: tuple[str, ...] = ()) -> list[DueLink]:
        """Take what is due into work."""
        return await self.store.claim_due(
            now=self.clock.now(), limit=limit, per_host=per_host, lease=LEASE, rules=self.rules, busy=busy
        )

    async def save(self, links: list[DueLink], evidence: Evidence) -> Round:
        """Judge the same evidence of every link and store the verdicts."""
        looks = [Look(link, evidence) for link in links]
        return await self.store.save(looks, now=self.clock.now(), rules=self.rules)

    async def look(self, evidence: Evidence) -> None:
        """Wait until everything is due, and see the same of all of it."""
        self.clock.advance(timedelta(days=2))
        await self.save(await self.claim(), evidence)

    async def states(self) -> dict[str, int]:
        """Return how many links are in each state."""
        rows = await self.admin.fetch("select state, count(*) as n from health.link_health group by 1")
        return {row["state"]: row["n"] for row in rows}

    async def position(self, host: str) -> str:
        """Return how the breaker of a host stands."""
        found = await self.admin.fetchval("select position from health.host_state where host = $1", host)
        return str(found)

    async def health(self, ref: LinkRef) -> dict[str, Any]:
        """Return what is known of a link."""
        row = await self.admin.fetchrow("select * from health.link_health where link_id = $1", ref.link_id)
        return dict(row or {})

    async def starved(self) -> list[EpisodeStarved]:
        """Return what was told of episodes with too few links."""
        sql = "select payload from health.outbox where subject = $1 order by id"
        rows = await self.admin.fetch(sql, EpisodeStarved.subject)
        return [EpisodeStarved.model_validate_json(row["payload"]) for row in rows]

    async def told(self) -> list[Event]:
        """Return the deaths and revivals in the outbox."""
        kinds: dict[str, type[Event]] = {"links.died": LinksDied, "links.revived": LinksRevived}
        sql = "select subject, payload from health.outbox where subject = any($1) order by id"
        rows = await self.admin.fetch(sql, list(kinds))
        return [kinds[row["subject"]].decode(row["payload"]) for row in rows]
