"""What events change for downloads."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from wellspring_common.bus.port import Delivery, Handler, Subscription
from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.downloads import DownloadRequested
from wellspring_common.events.envelope import Event
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.topology import UPLOADER_DOWNLOADS
from wellspring_common.inbox import Inbox
from wellspring_common.postgres import Database

from ..adapters.downloads import wake
from ..adapters.downloads_asking import Wish, ask_for, decide, drop_gone, wake_title
from ..adapters.downloads_disk import MediaFolder
from .worker import Worker

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class DownloadHandlers:
    """Answers events as far as downloads are concerned. Each is one transaction, safe to repeat.

    `facts` is a table for the consumer `uploader`, whose inbox is claimed here under the consumer's name with
    a word added: others may handle the same event for themselves.
    """

    database: Database
    inbox: Inbox
    folder: MediaFolder
    clock: Clock
    worker: Worker
    ready: Callable[[], Awaitable[None]]

    def subscription(self) -> Subscription:
        """Return what is done with requests for downloads."""
        return Subscription(UPLOADER_DOWNLOADS, {DownloadRequested: self.on_requested}, ready=self.ready)

    def facts(self) -> dict[type[Event], Handler]:
        """Return what is done with facts."""
        return {
            JobCancelled: self.on_job_cancelled,
            LinksUpdated: self.on_links_updated,
            CatalogChanged: self.on_catalog_changed,
        }

    async def on_requested(self, delivery: Delivery) -> None:
        """Queue the downloads that somebody wants."""
        event = delivery.event
        assert isinstance(event, DownloadRequested)  # noqa: S101  (the table decides)
        async with self.database.transaction() as connection:
            if not await self.inbox.first_time(
                connection, UPLOADER_DOWNLOADS.name, delivery.envelope.event_id
            ):
                return
            wish = Wish(
                event.request_id, event.title_id, event.requested_by, event.episode_ids, event.quality
            )
            try:
                granted = await ask_for(connection, wish, now=self.clock.now())
            except Permanent as error:  # the title went before its request came
                log.warning("downloads.refused", title_id=event.title_id, reason=error.message)
                return
        log.info("downloads.requested", title_id=event.title_id, queued=granted.queued)
        self.worker.wake()

    async def on_job_cancelled(self, delivery: Delivery) -> None:
        """End a download that nobody wants any more. Jobs of others are theirs."""
        event = delivery.event
        assert isinstance(event, JobCancelled)  # noqa: S101  (the table decides)
        async with self.database.transaction() as connection:
            if not await self.inbox.first_time(connection, _INBOX, delivery.envelope.event_id):
                return
            try:
                ended = await decide(connection, event.job_id, "cancel", now=self.clock.now())
            except Permanent:
                return
        if ended is not None:
            await self.worker.stop(event.job_id)
            await self.folder.forget(event.job_id)
            log.info("download.cancelled", download_id=str(event.job_id), cancelled_by=event.cancelled_by)

    async def on_links_updated(self, delivery: Delivery) -> None:
        """Go on with what waited for links of this episode."""
        event = delivery.event
        assert isinstance(event, LinksUpdated)  # noqa: S101  (the table decides)
        if not event.changed:
            return
        async with self.database.transaction() as connection:
            if not await self.inbox.first_time(connection, _INBOX, delivery.envelope.event_id):
                return
            woken = await wake(connection, event.episode_id, now=self.clock.now())
        if woken:
            log.info("downloads.woken", episode_id=event.episode_id)
            self.worker.wake()

    async def on_catalog_changed(self, delivery: Delivery) -> None:
        """End downloads of episodes that are gone, and go on with those that have new sources."""
        event = delivery.event
        assert isinstance(event, CatalogChanged)  # noqa: S101  (the table decides)
        now = self.clock.now()
        async with self.database.transaction() as connection:
            if not await self.inbox.first_time(connection, _INBOX, delivery.envelope.event_id):
                return
            gone = await drop_gone(connection, event.title_id, now=now)
            if event.change is not CatalogChange.REMOVED:
                await wake_title(connection, event.title_id, now=now)
        for download_id in gone:
            await self.worker.stop(download_id)
            await self.folder.forget(download_id)
        if gone:
            log.info("downloads.dropped", title_id=event.title_id, downloads=len(gone))
        self.worker.wake()


_INBOX = "uploader:downloads"
"""The name that facts are claimed under: another part of the uploader may handle the same fact."""
