"""What each NATS user may say and hear: the topology again, as subjects."""

from collections.abc import Mapping
from dataclasses import dataclass

from .catalog import CatalogChanged
from .config import SettingsChanged
from .links import LinksDied, LinksRevived, LinksUpdated
from .playback import PlaybackFailed, PlaybackStarted
from .scrape import LinksScraped, ScrapeFailed, ScrapeRequested, ScrapeStarted
from .topology import (
    CONSUMERS,
    LEASES_BUCKET,
    SCRAPER_LEASE,
    SETTINGS_BUCKET,
    STREAMS,
    bucket_name,
    stream_name,
    subject_on,
)


@dataclass(frozen=True)
class Permissions:
    """Subjects a user may publish to and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


_SAYS: Mapping[str, tuple[str, ...]] = {
    "gateway": (
        f"{ScrapeRequested.subject}.>",
        CatalogChanged.subject,
        SettingsChanged.subject,
        PlaybackStarted.subject,
        PlaybackFailed.subject,
    ),
    "scraper": (ScrapeStarted.subject, LinksScraped.subject, ScrapeFailed.subject, "live.>"),
    "refresher": (f"{ScrapeRequested.subject}.>", LinksUpdated.subject, "live.>"),
    "health": (LinksDied.subject, LinksRevived.subject, "live.>"),
    "uploader": ("live.>",),
}


def stored_subjects(service: str) -> tuple[str, ...]:
    """Return the subjects of the stored events that a service says, without lane and pool."""
    said = (subject.removesuffix(".>") for subject in _SAYS.get(service, ()))
    return tuple(subject for subject in said if subject != "live")


def nats_permissions(prefix: str) -> dict[str, Permissions]:
    """Return the permissions of each user, by service name, and of `admin`, who may do everything.

    Inboxes are shared (`_INBOX.>`), as nats-py makes their names; a service cannot publish to another's.
    """
    found = {service: _of(service, prefix) for service in _SAYS}
    found["admin"] = Permissions(publish=(">",), subscribe=(">",))
    return found


def _of(service: str, prefix: str) -> Permissions:
    settings = f"KV_{bucket_name(prefix, SETTINGS_BUCKET)}"
    publish = [subject_on(prefix, subject) for subject in _SAYS[service]]
    publish += [f"$JS.API.STREAM.INFO.{stream_name(prefix, stream.name)}" for stream in STREAMS]
    publish += [
        "$JS.API.INFO",
        f"$JS.API.STREAM.INFO.{settings}",
        f"$JS.API.STREAM.MSG.GET.{settings}",
        f"$JS.API.DIRECT.GET.{settings}.>",
        # watching a bucket makes an ordered, short-lived consumer on its stream
        f"$JS.API.CONSUMER.CREATE.{settings}",
        f"$JS.API.CONSUMER.CREATE.{settings}.>",
        f"$JS.API.CONSUMER.DELETE.{settings}.>",
        f"$JS.API.CONSUMER.INFO.{settings}.>",
        f"$JS.FC.{settings}.>",
    ]
    for consumer in CONSUMERS:
        stream = stream_name(prefix, consumer.stream)
        publish.append(f"$JS.API.CONSUMER.INFO.{stream}.{consumer.name}")
        if consumer.service == service:
            publish.append(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer.name}")
            publish.append(f"$JS.ACK.{stream}.{consumer.name}.>")
    if service == "scraper":
        publish += _lease(prefix, SCRAPER_LEASE)
    if service == "gateway":
        publish.append(f"$KV.{bucket_name(prefix, SETTINGS_BUCKET)}.>")
    subscribe = ["_INBOX.>", subject_on(prefix, SettingsChanged.subject)]
    if service == "gateway":
        subscribe.append(f"{prefix}.>")
    return Permissions(publish=tuple(publish), subscribe=tuple(subscribe))


def _lease(prefix: str, name: str) -> list[str]:
    bucket = bucket_name(prefix, LEASES_BUCKET)
    key = f"$KV.{bucket}.{name}"
    return [
        key,
        f"$JS.API.STREAM.INFO.KV_{bucket}",
        f"$JS.API.STREAM.MSG.GET.KV_{bucket}",
        f"$JS.API.DIRECT.GET.KV_{bucket}.{key}",
    ]
