"""Streams and consumers: declared here, asserted by every service at its start."""

from .catalog import CatalogChanged
from .config import DefinitionsChanged, SettingsChanged
from .crawl import CatalogCrawled, CrawlFinished, CrawlRequested, CrawlStarted
from .dead import DeadLettered
from .downloads import DownloadCompleted, DownloadFailed, DownloadRequested
from .jobs import JobCancelled
from .links import EpisodeStarved, LinksDied, LinksRevived, LinksUpdated, LinksWanted
from .playback import PlaybackFailed, PlaybackStarted
from .probes import ProbeRequested
from .scrape import Lane, LinksScraped, ScrapeFailed, ScrapeRequested, ScrapeStarted
from .specs import DAY_S, MIB, REPLAY, BucketSpec, ConsumerSpec, Retention, StreamSpec
from .uploads import UploadCompleted, UploadFailed, UploadScheduled, UploadSkipped

DEDUPE_WINDOW_S = 600
DEFAULT_POOL = "default"
PAGE_KEPT = "page.kept"
"""The subject of pages that were kept, before definition and id."""


COMMANDS = StreamSpec(
    name="COMMANDS",
    subjects=(
        f"{ScrapeRequested.subject}.>",
        f"{CrawlRequested.subject}.>",
        ProbeRequested.subject,
        DownloadRequested.subject,
        f"{REPLAY}.commands.>",
    ),
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
        EpisodeStarved.subject,
        LinksWanted.subject,
        CrawlStarted.subject,
        CatalogCrawled.subject,
        CrawlFinished.subject,
        CatalogChanged.subject,
        SettingsChanged.subject,
        DefinitionsChanged.subject,
        JobCancelled.subject,
        DeadLettered.subject,
        DownloadCompleted.subject,
        DownloadFailed.subject,
        UploadScheduled.subject,
        UploadCompleted.subject,
        UploadFailed.subject,
        UploadSkipped.subject,
        f"{REPLAY}.events.>",
    ),
    retention=Retention.LIMITS,
    discard_old=False,
    max_age_s=3 * DAY_S,
    max_bytes=192 * 1024 * 1024,
)
# What players report comes from anybody: many reports may push older reports out, and never a fact.
PLAYBACK = StreamSpec(
    name="PLAYBACK",
    subjects=(PlaybackStarted.subject, PlaybackFailed.subject, f"{REPLAY}.playback.>"),
    retention=Retention.LIMITS,
    discard_old=True,
    max_age_s=3 * DAY_S,
    max_bytes=64 * 1024 * 1024,
)
ADVISORIES = StreamSpec(
    name="ADVISORIES",
    # Stream by stream: a wildcard stands for a whole token, so `{prefix}_*` would match nothing.
    subjects=tuple(
        f"$JS.EVENT.ADVISORY.CONSUMER.{kind}.{{prefix}}_{stream.name}.>"
        for kind in ("MAX_DELIVERIES", "MSG_TERMINATED")
        for stream in (COMMANDS, EVENTS, PLAYBACK)
    ),
    retention=Retention.LIMITS,
    discard_old=True,
    max_age_s=7 * DAY_S,
    max_bytes=16 * 1024 * 1024,
)
PAGES = StreamSpec(
    name="PAGES",
    # page.kept.<definition>.<id>: what a definition could not read, for whoever mends it
    subjects=(f"{PAGE_KEPT}.>",),
    retention=Retention.LIMITS,
    discard_old=True,
    max_age_s=14 * DAY_S,
    max_bytes=32 * 1024 * 1024,
    largest=512 * 1024,
)
STREAMS = (COMMANDS, EVENTS, PLAYBACK, ADVISORIES, PAGES)

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
SCRAPER_CRAWL = ConsumerSpec(
    name="scraper_crawl",
    service="scraper",
    stream=COMMANDS.name,
    filters=(f"{CrawlRequested.subject}.{DEFAULT_POOL}",),
    ack_wait_s=30,
    max_ack_pending=16,
    working=1,
)
SCRAPER_CANCELLATIONS = ConsumerSpec(
    name="scraper_cancellations",
    service="scraper",
    stream=EVENTS.name,
    filters=(JobCancelled.subject,),
    ack_wait_s=15,
    max_ack_pending=64,
    working=4,
)
GATEWAY = ConsumerSpec(
    name="gateway",
    service="gateway",
    stream=EVENTS.name,
    filters=(CatalogCrawled.subject, CrawlFinished.subject),
    ack_wait_s=20,
    max_ack_pending=16,
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
        CrawlStarted.subject,
        CrawlFinished.subject,
        CatalogChanged.subject,
        JobCancelled.subject,
        DeadLettered.subject,
        LinksDied.subject,
        EpisodeStarved.subject,
        LinksWanted.subject,
    ),
    ack_wait_s=20,
    max_ack_pending=100,
    working=4,
)
REFRESHER_PLAYS = ConsumerSpec(
    name="refresher_plays",
    service="refresher",
    stream=PLAYBACK.name,
    filters=(PlaybackStarted.subject,),
    ack_wait_s=20,
    max_ack_pending=100,
    working=4,
)
HEALTH = ConsumerSpec(
    name="health",
    service="health",
    stream=EVENTS.name,
    filters=(LinksUpdated.subject, CatalogChanged.subject),
    ack_wait_s=20,
    max_ack_pending=100,
    working=4,
)
HEALTH_REPORTS = ConsumerSpec(
    name="health_reports",
    service="health",
    stream=PLAYBACK.name,
    filters=(PlaybackFailed.subject,),
    ack_wait_s=20,
    max_ack_pending=100,
    working=4,
)
HEALTH_PROBES = ConsumerSpec(
    name="health_probes",
    service="health",
    stream=COMMANDS.name,
    filters=(ProbeRequested.subject,),
    ack_wait_s=20,
    max_ack_pending=16,
    working=2,
)
UPLOADER_DOWNLOADS = ConsumerSpec(
    name="uploader_downloads",
    service="uploader",
    stream=COMMANDS.name,
    filters=(DownloadRequested.subject,),
    ack_wait_s=20,
    max_ack_pending=16,
    working=2,
)
UPLOADER = ConsumerSpec(
    name="uploader",
    service="uploader",
    stream=EVENTS.name,
    filters=(JobCancelled.subject, CatalogChanged.subject, LinksUpdated.subject),
    ack_wait_s=20,
    max_ack_pending=100,
    working=4,
)
CONSUMERS = (
    SCRAPER_INTERACTIVE,
    SCRAPER_BACKGROUND,
    SCRAPER_CRAWL,
    SCRAPER_CANCELLATIONS,
    GATEWAY,
    REFRESHER,
    REFRESHER_PLAYS,
    HEALTH,
    HEALTH_REPORTS,
    HEALTH_PROBES,
    UPLOADER_DOWNLOADS,
    UPLOADER,
)


_ALL = ("gateway", "scraper", "refresher", "health", "uploader")

SETTINGS_BUCKET = "settings"
"""The KV bucket that carries run-time settings."""
LEASES_BUCKET = "leases"
"""The KV bucket that says which process does what only one may do."""
DEFINITIONS_BUCKET = "definitions"
"""The KV bucket with the site definitions that operators stored: one value, all texts, under `stored`."""
HOSTS_BUCKET = "hosts"
"""The KV bucket with what is known of hosts: who wants to be left alone, and which rung worked."""
WORK_BUCKET = "work"
"""The KV bucket in which the scraper, which has no database, notes its tries and what became of its jobs."""
SEEN_BUCKET = "seen"
"""The KV bucket with what crawls remember of pages: validators and digests."""
BUCKETS = (
    BucketSpec(SETTINGS_BUCKET, _ALL, ("gateway",), 4 * MIB),
    BucketSpec(DEFINITIONS_BUCKET, ("gateway", "scraper"), ("gateway",), 8 * MIB),
    BucketSpec(
        HOSTS_BUCKET, ("scraper", "health", "uploader"), ("scraper", "health", "uploader"), 2 * MIB, 7 * DAY_S
    ),
    # a day longer than a request may wait, with room for 30,000 jobs a day
    BucketSpec(WORK_BUCKET, ("scraper",), ("scraper",), 32 * MIB, 8 * DAY_S),
    BucketSpec(SEEN_BUCKET, ("scraper",), ("scraper",), 32 * MIB, 30 * DAY_S),
)
LEASE_S = 8.0
SCRAPER_LEASE = "scraper"
LEASES = BucketSpec(LEASES_BUCKET, ("scraper",), ("scraper",), 64 * 1024, LEASE_S)
