"""Streams and consumers: declared here, asserted by every service at its start."""

from dataclasses import dataclass
from enum import StrEnum

from .catalog import CatalogChanged
from .config import SettingsChanged
from .links import LinksDied, LinksRevived, LinksUpdated
from .playback import PlaybackFailed, PlaybackStarted
from .scrape import Lane, LinksScraped, ScrapeFailed, ScrapeRequested, ScrapeStarted

DAY_S = 24 * 3600
DEDUPE_WINDOW_S = 600
DEFAULT_POOL = "default"


class Retention(StrEnum):
    """How long a stream keeps a message."""

    WORK_QUEUE = "workqueue"
    LIMITS = "limits"


@dataclass(frozen=True)
class StreamSpec:
    """One stream. Subjects are relative to the prefix unless they start with `$`."""

    name: str
    subjects: tuple[str, ...]
    retention: Retention
    discard_old: bool
    max_age_s: int
    max_bytes: int


@dataclass(frozen=True)
class ConsumerSpec:
    """One durable pull consumer. `working` is how many messages its service handles at once."""

    name: str
    service: str
    stream: str
    filters: tuple[str, ...]
    ack_wait_s: int
    max_ack_pending: int
    working: int


COMMANDS = StreamSpec(
    name="COMMANDS",
    subjects=(f"{ScrapeRequested.subject}.>",),
    retention=Retention.WORK_QUEUE,
    discard_old=False,
    max_age_s=7 * DAY_S,
    max_bytes=64 * 1024 * 1024,
)
EVENTS = StreamSpec(
    name="EVENTS",
    subjects=(
        ScrapeStarted.subject,
        ScrapeFailed.subject,
        LinksScraped.subject,
        LinksUpdated.subject,
        LinksDied.subject,
        LinksRevived.subject,
        CatalogChanged.subject,
        SettingsChanged.subject,
        PlaybackStarted.subject,
        PlaybackFailed.subject,
    ),
    retention=Retention.LIMITS,
    discard_old=False,
    max_age_s=3 * DAY_S,
    max_bytes=256 * 1024 * 1024,
)
ADVISORIES = StreamSpec(
    name="ADVISORIES",
    # Stream by stream: a wildcard stands for a whole token, so `{prefix}_*` would match nothing.
    subjects=tuple(
        f"$JS.EVENT.ADVISORY.CONSUMER.{kind}.{{prefix}}_{stream.name}.>"
        for kind in ("MAX_DELIVERIES", "MSG_TERMINATED")
        for stream in (COMMANDS, EVENTS)
    ),
    retention=Retention.LIMITS,
    discard_old=True,
    max_age_s=7 * DAY_S,
    max_bytes=16 * 1024 * 1024,
)
STREAMS = (COMMANDS, EVENTS, ADVISORIES)

# A short wait with `in_progress` from the task that works: a killed scraper is replaced after 20 s,
# not after the longest job (events reference, section D).
SCRAPER_INTERACTIVE = ConsumerSpec(
    name="scraper_interactive",
    service="scraper",
    stream=COMMANDS.name,
    filters=(f"{ScrapeRequested.subject}.{Lane.INTERACTIVE.value}.{DEFAULT_POOL}",),
    ack_wait_s=15,
    max_ack_pending=64,
    working=3,
)
SCRAPER_BACKGROUND = ConsumerSpec(
    name="scraper_background",
    service="scraper",
    stream=COMMANDS.name,
    filters=(f"{ScrapeRequested.subject}.{Lane.BACKGROUND.value}.{DEFAULT_POOL}",),
    ack_wait_s=15,
    max_ack_pending=64,
    working=2,
)
REFRESHER = ConsumerSpec(
    name="refresher",
    service="refresher",
    stream=EVENTS.name,
    filters=(
        ScrapeStarted.subject,
        LinksScraped.subject,
        ScrapeFailed.subject,
        CatalogChanged.subject,
    ),
    ack_wait_s=30,
    max_ack_pending=100,
    working=4,
)
HEALTH = ConsumerSpec(
    name="health",
    service="health",
    stream=EVENTS.name,
    filters=(LinksUpdated.subject, PlaybackFailed.subject),
    ack_wait_s=30,
    max_ack_pending=100,
    working=4,
)
CONSUMERS = (SCRAPER_INTERACTIVE, SCRAPER_BACKGROUND, REFRESHER, HEALTH)

SETTINGS_BUCKET = "settings"
"""The KV bucket that carries run-time settings."""
LEASES_BUCKET = "leases"
"""The KV bucket that says which process does what only one may do."""
LEASE_S = 8.0
SCRAPER_LEASE = "scraper"


def stream_name(prefix: str, stream: str) -> str:
    """Return the name that the server knows the stream by."""
    return f"{prefix.upper()}_{stream}"


def bucket_name(prefix: str, bucket: str) -> str:
    """Return the name that the server knows the KV bucket by."""
    return f"{prefix.upper()}_{bucket}"


def subject_on(prefix: str, subject: str) -> str:
    """Return a subject as it stands on the wire."""
    if subject.startswith("$"):
        return subject.replace("{prefix}", prefix.upper())
    return f"{prefix}.{subject}"
