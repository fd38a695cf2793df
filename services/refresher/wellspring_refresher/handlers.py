"""What the refresher does when something happens."""

from dataclasses import dataclass

import structlog

from wellspring_common import metrics
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.clock import Clock
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.crawl import CrawlFinished, CrawlStarted
from wellspring_common.events.dead import DeadLettered
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.links import EpisodeStarved, LinksDied, LinksWanted
from wellspring_common.events.playback import PlaybackStarted
from wellspring_common.events.scrape import LinksScraped, ScrapeFailed, ScrapeStarted
from wellspring_common.events.topology import REFRESHER, REFRESHER_PLAYS
from wellspring_common.tunables_watch import TunablesWatch

from .domain.rules import Rules, rules_of
from .ports import Crawls, GivenUp, Store, Viewing

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Handlers:
    """Answers the events of the `refresher` and `refresher_plays` consumers."""

    store: Store
    viewing: Viewing
    crawls: Crawls
    given_up: GivenUp
    tunables: TunablesWatch
    clock: Clock

    def subscription(self) -> Subscription:
        """Return the whole table: which event goes where."""
        return Subscription(
            REFRESHER,
            {
                ScrapeStarted: self.on_scrape_started,
                LinksScraped: self.on_links_scraped,
                ScrapeFailed: self.on_scrape_failed,
                CrawlStarted: self.on_crawl_started,
                CrawlFinished: self.on_crawl_finished,
                CatalogChanged: self.on_catalog_changed,
                JobCancelled: self.on_job_cancelled,
                DeadLettered: self.on_dead_lettered,
                LinksDied: self.on_links_died,
                EpisodeStarved: self.on_episode_starved,
                LinksWanted: self.on_links_wanted,
            },
        )

    def plays(self) -> Subscription:
        """Return what is done about plays, which come by a stream of their own."""
        return Subscription(REFRESHER_PLAYS, {PlaybackStarted: self.on_playback_started})

    @property
    def rules(self) -> Rules:
        """Return the rules that the settings make at this moment."""
        return rules_of(self.tunables.current)

    async def on_scrape_started(self, delivery: Delivery) -> None:
        """Mark the job as running."""
        event = delivery.event
        assert isinstance(event, ScrapeStarted)  # noqa: S101  (the table above decides)
        await self.store.job_started(REFRESHER.name, delivery, event)

    async def on_links_scraped(self, delivery: Delivery) -> None:
        """Store the links and tell what changed."""
        event = delivery.event
        assert isinstance(event, LinksScraped)  # noqa: S101  (the registry gives no other)
        changed = await self.store.links_found(
            REFRESHER.name, delivery, event, now=self.clock.now(), tunables=self.tunables.current
        )
        if changed is None:
            return
        metrics.LINK_REFRESHES.labels("found").inc()
        log.info("links.stored", job_id=str(event.job_id), episode_id=event.episode_id, changed=changed)

    async def on_scrape_failed(self, delivery: Delivery) -> None:
        """End the job with its reason and try again later."""
        event = delivery.event
        assert isinstance(event, ScrapeFailed)  # noqa: S101  (the registry gives no other)
        has_ended = await self.store.scrape_failed(
            REFRESHER.name, delivery, event, now=self.clock.now(), tunables=self.tunables.current
        )
        if not has_ended:
            return
        metrics.LINK_REFRESHES.labels("failed").inc()
        log.warning("scrape.failed", job_id=str(event.job_id), episode_id=event.episode_id, code=event.code)

    async def on_crawl_started(self, delivery: Delivery) -> None:
        """Mark the crawl as running."""
        event = delivery.event
        assert isinstance(event, CrawlStarted)  # noqa: S101  (the registry gives no other)
        await self.crawls.started(REFRESHER.name, delivery, event)

    async def on_crawl_finished(self, delivery: Delivery) -> None:
        """End the crawl with what it did."""
        event = delivery.event
        assert isinstance(event, CrawlFinished)  # noqa: S101  (the registry gives no other)
        await self.crawls.finished(REFRESHER.name, delivery, event)
        log.info("crawl.ended", job_id=str(event.job_id), code=event.code, **event.counts.model_dump())

    async def on_catalog_changed(self, delivery: Delivery) -> None:
        """Let the schedule know the episodes."""
        event = delivery.event
        assert isinstance(event, CatalogChanged)  # noqa: S101  (the registry gives no other)
        await self.store.catalog_changed(
            REFRESHER.name, delivery, event, now=self.clock.now(), tunables=self.tunables.current
        )

    async def on_playback_started(self, delivery: Delivery) -> None:
        """Keep what is watched fresh, and have the next episode ready."""
        event = delivery.event
        assert isinstance(event, PlaybackStarted)  # noqa: S101  (the registry gives no other)
        following = await self.viewing.played(
            REFRESHER_PLAYS.name, delivery, event, self.rules, now=self.clock.now()
        )
        log.info("play.counted", episode_id=event.episode_id, next_up=following)

    async def on_episode_starved(self, delivery: Delivery) -> None:
        """Look for more links soon."""
        event = delivery.event
        assert isinstance(event, EpisodeStarved)  # noqa: S101  (the registry gives no other)
        plan = await self.viewing.starved(REFRESHER.name, delivery, event, self.rules, now=self.clock.now())
        due_at = None if plan is None or plan.due_at is None else plan.due_at.isoformat()
        log.info(
            "episode.starved",
            episode_id=event.episode_id,
            offered=event.offered,
            minimum=event.minimum,
            due_at=due_at,
        )

    async def on_links_wanted(self, delivery: Delivery) -> None:
        """Look for links now, as somebody is about to use them."""
        event = delivery.event
        assert isinstance(event, LinksWanted)  # noqa: S101  (the registry gives no other)
        plan = await self.viewing.wanted(REFRESHER.name, delivery, event, self.rules, now=self.clock.now())
        due_at = None if plan is None or plan.due_at is None else plan.due_at.isoformat()
        log.info("links.wanted", episode_id=event.episode_id, why=event.why, due_at=due_at)

    async def on_links_died(self, delivery: Delivery) -> None:
        """Learn how long they lived, and plan without them."""
        event = delivery.event
        assert isinstance(event, LinksDied)  # noqa: S101  (the registry gives no other)
        await self.viewing.died(REFRESHER.name, delivery, event, self.rules, now=self.clock.now())

    async def on_job_cancelled(self, delivery: Delivery) -> None:
        """End a job that nobody wants any more."""
        event = delivery.event
        assert isinstance(event, JobCancelled)  # noqa: S101  (the registry gives no other)
        kind = await self.given_up.job_cancelled(REFRESHER.name, delivery, event, now=self.clock.now())
        if kind is not None:
            metrics.JOBS_CANCELLED.labels(kind).inc()
        log.info("job.cancelled", job_id=str(event.job_id), kind=kind, cancelled_by=event.cancelled_by)

    async def on_dead_lettered(self, delivery: Delivery) -> None:
        """Keep what the scraper gave up."""
        event = delivery.event
        assert isinstance(event, DeadLettered)  # noqa: S101  (the registry gives no other)
        await self.given_up.dead_lettered(REFRESHER.name, delivery, event)
        log.warning("dead_letter.kept", consumer=event.consumer, letter=event.event_id, code=event.code)
