"""What each NATS user may say and hear: the topology again, as subjects."""

from collections.abc import Mapping
from dataclasses import dataclass

from .catalog import CatalogChanged
from .config import DefinitionsChanged, SettingsChanged
from .crawl import CatalogCrawled, CrawlFinished, CrawlRequested, CrawlStarted
from .dead import DeadLettered
from .downloads import DownloadCompleted, DownloadFailed, DownloadRequested
from .jobs import JobCancelled
from .links import EpisodeStarved, LinksDied, LinksRevived, LinksUpdated, LinksWanted
from .playback import PlaybackFailed, PlaybackStarted
from .probes import ProbeRequested
from .scrape import LinksScraped, ScrapeFailed, ScrapeRequested, ScrapeStarted
from .specs import BucketSpec, bucket_name, stream_name, subject_on
from .topology import (
    BUCKETS,
    CONSUMERS,
    LEASES_BUCKET,
    PAGE_KEPT,
    SCRAPER_LEASE,
    SETTINGS_BUCKET,
    STREAMS,
)
from .uploads import UploadCompleted, UploadFailed, UploadScheduled, UploadSkipped


@dataclass(frozen=True)
class Permissions:
    """Subjects a user may publish to and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    replies: bool = False
    """Whether an answer to a request may be published to whoever asked."""


ASK_SCRAPER = "ask.scraper"
"""Questions to the scraper, answered at once and never stored, before the name of the question."""

ASK_UPLOADER = "ask.uploader"
"""Questions to the uploader (`wellspring_common.uploading`), before the name of the question."""

_SAYS: Mapping[str, tuple[str, ...]] = {
    "gateway": (
        f"{ScrapeRequested.subject}.>",
        f"{CrawlRequested.subject}.>",
        CatalogChanged.subject,
        SettingsChanged.subject,
        DefinitionsChanged.subject,
        JobCancelled.subject,
        ProbeRequested.subject,
        PlaybackStarted.subject,
        PlaybackFailed.subject,
        DownloadRequested.subject,
        f"{ASK_SCRAPER}.>",
        f"{ASK_UPLOADER}.>",
    ),
    "scraper": (
        ScrapeStarted.subject,
        LinksScraped.subject,
        ScrapeFailed.subject,
        CrawlStarted.subject,
        CatalogCrawled.subject,
        CrawlFinished.subject,
        DeadLettered.subject,
        f"{PAGE_KEPT}.>",
        "live.>",
    ),
    "refresher": (f"{ScrapeRequested.subject}.>", LinksUpdated.subject, "live.>"),
    "health": (LinksDied.subject, LinksRevived.subject, EpisodeStarved.subject, "live.>"),
    "uploader": (
        LinksWanted.subject,
        DownloadCompleted.subject,
        DownloadFailed.subject,
        UploadScheduled.subject,
        UploadCompleted.subject,
        UploadFailed.subject,
        UploadSkipped.subject,
        "live.>",
    ),
}


_HEARS: Mapping[str, tuple[str, ...]] = {
    "gateway": (">",),
    "scraper": (DefinitionsChanged.subject, f"{ASK_SCRAPER}.>", "live.host.>"),
    "health": ("live.host.>",),
    "uploader": (f"{ASK_UPLOADER}.>", "live.host.>"),
}
_NOT_STORED = frozenset({"live", ASK_SCRAPER, ASK_UPLOADER})
SERVICES = tuple(_SAYS)
ANSWERERS = frozenset({"scraper", "uploader"})
"""Who answers questions."""


def may_say(service: str) -> tuple[str, ...]:
    """Return the relative subjects that a service publishes by itself."""
    return _SAYS[service]


def may_hear(service: str) -> tuple[str, ...]:
    """Return the relative subjects that a service listens to beside its consumers."""
    return (SettingsChanged.subject, *_HEARS.get(service, ()))


def stored_subjects(service: str) -> tuple[str, ...]:
    """Return the subjects of the stored events that a service says, without lane and pool."""
    said = (subject.removesuffix(".>") for subject in _SAYS.get(service, ()))
    return tuple(subject for subject in said if subject not in _NOT_STORED)


def nats_permissions(prefix: str) -> dict[str, Permissions]:
    """Return the permissions of each user, by service name, and of `admin`, who may do everything.

    Inboxes are shared (`_INBOX.>`), as nats-py makes their names; a service cannot publish to another's.
    """
    found = {service: _of(service, prefix) for service in _SAYS}
    found["admin"] = Permissions(publish=(">",), subscribe=(">",))
    return found


def _of(service: str, prefix: str) -> Permissions:
    publish = [subject_on(prefix, subject) for subject in _SAYS[service]]
    publish += [f"$JS.API.STREAM.INFO.{stream_name(prefix, stream.name)}" for stream in STREAMS]
    publish += [subject_on(prefix, subject) for subject in _replays(service)]
    publish.append("$JS.API.INFO")
    for bucket in BUCKETS:
        publish += _bucket(prefix, bucket, service)
    for consumer in CONSUMERS:
        stream = stream_name(prefix, consumer.stream)
        publish.append(f"$JS.API.CONSUMER.INFO.{stream}.{consumer.name}")
        if consumer.service == service:
            publish.append(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer.name}")
            publish.append(f"$JS.ACK.{stream}.{consumer.name}.>")
    if service == "scraper":
        publish += _lease(prefix, SCRAPER_LEASE)
    subscribe = ["_INBOX.>", *(subject_on(prefix, subject) for subject in may_hear(service))]
    return Permissions(publish=tuple(publish), subscribe=tuple(subscribe), replies=service in ANSWERERS)


def _replays(service: str) -> tuple[str, ...]:
    """Return where a service brings dead letters again: its own, and the refresher those of the scraper."""
    keeps_for = {service, "scraper"} if service == "refresher" else {service} - {"scraper"}
    return tuple(consumer.replay for consumer in CONSUMERS if consumer.service in keeps_for)


def _bucket(prefix: str, bucket: BucketSpec, service: str) -> list[str]:
    name = bucket_name(prefix, bucket.name)
    stream = f"KV_{name}"
    may = []
    if service in bucket.readers:
        may += [
            f"$JS.API.STREAM.INFO.{stream}",
            f"$JS.API.STREAM.MSG.GET.{stream}",
            f"$JS.API.DIRECT.GET.{stream}.>",
        ]
    if bucket.name == SETTINGS_BUCKET:
        # watching a bucket makes an ordered, short-lived consumer on its stream
        may += [
            f"$JS.API.CONSUMER.CREATE.{stream}",
            f"$JS.API.CONSUMER.CREATE.{stream}.>",
            f"$JS.API.CONSUMER.DELETE.{stream}.>",
            f"$JS.API.CONSUMER.INFO.{stream}.>",
            f"$JS.FC.{stream}.>",
        ]
    if service in bucket.writers:
        may.append(f"$KV.{name}.>")
    return may


def _lease(prefix: str, name: str) -> list[str]:
    bucket = bucket_name(prefix, LEASES_BUCKET)
    key = f"$KV.{bucket}.{name}"
    return [
        key,
        f"$JS.API.STREAM.INFO.KV_{bucket}",
        f"$JS.API.STREAM.MSG.GET.KV_{bucket}",
        f"$JS.API.DIRECT.GET.KV_{bucket}.{key}",
    ]
