"""One full event of each class."""

import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from wellspring_common.events.catalog import CatalogChange, CatalogChanged, MergedEpisode, Merger
from wellspring_common.events.config import DefinitionsChanged, SettingsChanged
from wellspring_common.events.crawl import (
    CatalogCrawled,
    CrawlCounts,
    CrawledEpisode,
    CrawledSource,
    CrawledTitle,
    CrawlFinished,
    CrawlRequested,
    CrawlScope,
    CrawlStarted,
    CrawlStep,
)
from wellspring_common.events.dead import DeadLettered
from wellspring_common.events.downloads import (
    DownloadCompleted,
    DownloadFailed,
    DownloadProgress,
    DownloadRequested,
)
from wellspring_common.events.envelope import Event
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.links import (
    EpisodeStarved,
    LinkRef,
    LinksDied,
    LinksRevived,
    LinksUpdated,
    LinksWanted,
)
from wellspring_common.events.live import HostQuiet, ScrapeStep, Step
from wellspring_common.events.playback import PlaybackFailed, PlaybackFault, PlaybackStarted
from wellspring_common.events.probes import ProbeRequested
from wellspring_common.events.scrape import (
    Container,
    ExpiryBasis,
    FoundLink,
    Lane,
    LinkKind,
    LinksScraped,
    Problem,
    RefreshClass,
    Rung,
    ScrapeFailed,
    ScrapeRequested,
    ScrapeStarted,
    SourceRef,
    SourceResult,
)
from wellspring_common.events.uploads import (
    UploadCompleted,
    UploadFailed,
    UploadProgress,
    UploadScheduled,
    UploadSkipped,
    UploadState,
)

NOW = datetime(2026, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)
JOB = UUID("01936b2e-0000-7000-8000-000000000001")

OF_EPISODE: dict[str, Any] = {
    "upload_id": JOB,
    "schedule_id": 4,
    "target_id": 1,
    "title_id": 3,
    "title": "Nine Lantern Ferry",
    "episode_id": 7,
    "season": 1,
    "number": Decimal("12.5"),
    "ordinal": 13,
}

LINK = FoundLink(
    server="pixel",
    label="Pixel [Fast]",
    kind=LinkKind.STREAM,
    container=Container.MP4,
    url="https://pixel.example/v/1?expires=1",
    headers={"Referer": "https://pages.example/"},
    quality=720,
    size_bytes=734_003_200,
    language="id",
    expires_at=NOW,
    expiry_basis=ExpiryBasis.PARAMETER,
    expiry_evidence="expires",
    refresh_class=RefreshClass.KILLS_OLD,
    verified=True,
    http_status=206,
    latency_ms=41,
)
TITLE = CrawledTitle(
    key="nine-lantern-ferry",
    url="https://catalogue.example/anime/nine-lantern-ferry/",
    kind="series",
    format="TV",
    title="Nine Lantern Ferry",
    original_title="九つの灯",
    synopsis="A ferry, and nine lanterns.",
    poster_url="https://catalogue.example/p/1.jpg",
    genres=("Drama", "Slice of Life"),
    score=Decimal("8.41"),
    producer="North Pier",
    studio="Quay",
    status="ongoing",
    total_episodes=12,
    duration="24 min",
    released_on=date(2026, 1, 4),
    year=2026,
    language="ja",
    imdb_id="tt0000001",
    tmdb_id="1",
    anilist_id="2",
    episodes=(
        CrawledEpisode(
            key="nine-lantern-ferry-episode-1",
            season=1,
            number=Decimal("1.5"),
            name="Low Water",
            aired_on=date(2026, 1, 4),
            sources=(
                CrawledSource(
                    url="https://catalogue.example/episode/nine-lantern-ferry-episode-1/",
                    definition="otakudesu",
                    quality=720,
                    language="ja",
                ),
            ),
        ),
    ),
)
RESULT = SourceResult(
    source_id=5,
    quality=720,
    rung=Rung.STATIC,
    links=(LINK,),
    problems=(
        Problem(code="http_503", detail="busy", url="https://fsl.example/", server="fsl"),
        Problem(code="decoy", detail="an advertisement"),
    ),
    pages=3,
    elapsed_ms=512,
)
REF = LinkRef(link_id=9, generation=2, source_id=5, server="pixel", verified=True, ok_at=NOW)

SAMPLES: tuple[Event, ...] = (
    ScrapeRequested(
        job_id=JOB,
        episode_id=7,
        lane=Lane.INTERACTIVE,
        reason="force",
        requested_at=NOW,
        sources=(
            SourceRef(source_id=5, quality=720, url="https://pages.example/1", definition="vcloud"),
            SourceRef(
                source_id=6, quality=None, url="https://pages.example/2", definition="x", language="id"
            ),
        ),
        spare=("10gbps",),
    ),
    ScrapeStarted(job_id=JOB, episode_id=7, attempt=1, started_at=NOW),
    LinksScraped(
        job_id=JOB, episode_id=7, attempt=1, started_at=NOW, finished_at=NOW, results=(RESULT, RESULT)
    ),
    ScrapeFailed(
        job_id=JOB,
        episode_id=7,
        attempt=2,
        started_at=NOW,
        finished_at=NOW,
        code="drift",
        detail="The page answered, and held no link.",
        retryable=False,
        results=(RESULT,),
    ),
    LinksUpdated(episode_id=7, job_id=JOB, state="partial", error_code="drift", changed=(REF,)),
    LinksDied(episode_id=7, links=(REF,), reason="not_found", checked_at=NOW),
    LinksRevived(episode_id=7, links=(REF,), checked_at=NOW),
    EpisodeStarved(episode_id=7, offered=1, minimum=9, checked_at=NOW),
    LinksWanted(episode_id=7, why="download", wanted_at=NOW),
    ProbeRequested(
        run_id=JOB,
        requested_by="mira",
        limit=100,
        older_than_hours=24,
        timeout_s=5,
        host="pixel",
        title="nine-lantern-ferry",
        episode_id=7,
    ),
    DownloadRequested(
        request_id=JOB, title_id=3, episode_ids=(7, 8), quality=720, requested_by="mira", requested_at=NOW
    ),
    DownloadCompleted(
        download_id=JOB, title_id=3, episode_id=7, media_file_id=5, size_bytes=734_003_200, duration_s=1440.5
    ),
    DownloadFailed(
        download_id=JOB, title_id=3, episode_id=7, attempts=3, code="no_live_link", detail="No link is alive."
    ),
    DownloadProgress(
        download_id=JOB,
        title_id=3,
        episode_id=7,
        at=NOW,
        state="running",
        bytes_done=1_000_000,
        bytes_total=734_003_200,
        rate=2_000_000.0,
        eta_s=366.5,
        server="pixel",
        code="resumed",
    ),
    UploadScheduled(
        schedule_id=4, target_id=1, title_id=3, title="Nine Lantern Ferry", episodes=12, starts_at=NOW
    ),
    UploadCompleted(**OF_EPISODE, video_id="x8ab12", video_url="https://videos.example/x8ab12"),
    UploadFailed(**OF_EPISODE, tries=1, code="connection_reset", detail="It hung up.", next_try_at=NOW),
    UploadSkipped(
        **OF_EPISODE, state=UploadState.NEEDS_FIX, tries=0, code="too_long", detail="Longer than two hours."
    ),
    UploadProgress(
        **OF_EPISODE,
        seq=9,
        at=NOW,
        state=UploadState.SENDING,
        bytes_sent=1_000_000,
        bytes_total=734_003_200,
        percent=45,
        rate=2_000_000.0,
        eta_s=366.5,
        tries=1,
        next_try_at=NOW,
        reason="retry",
    ),
    CatalogChanged(title_id=3, episode_ids=(7, 8), change=CatalogChange.ADDED),
    CatalogChanged(
        title_id=4,
        episode_ids=(9,),
        change=CatalogChange.REMOVED,
        merger=Merger(into=3, episodes=(MergedEpisode(gone=9, stays=7),)),
    ),
    SettingsChanged(keys=("link_ttl_hours",), revision=4),
    DefinitionsChanged(ids=("my-pages",), revision=2),
    CrawlRequested(
        job_id=JOB,
        catalogue_id=2,
        definition="otakudesu",
        base_urls=("https://catalogue.example", "https://mirror.example"),
        scope=CrawlScope.SEARCH,
        query="lantern",
        limit=20,
        thorough=True,
        reason="admin",
        requested_at=NOW,
    ),
    CrawlStarted(job_id=JOB, catalogue_id=2, attempt=1, started_at=NOW),
    CatalogCrawled(job_id=JOB, catalogue_id=2, definition="otakudesu", titles=(TITLE,)),
    CrawlFinished(
        job_id=JOB,
        catalogue_id=2,
        attempt=2,
        started_at=NOW,
        finished_at=NOW,
        counts=CrawlCounts(lists=3, titles=40, unchanged=38, failed=1, pages=43),
        problems=(Problem(code="drift", detail="no episodes", url="https://catalogue.example/anime/x/"),),
        code="drift",
        detail="One title could not be read.",
        retryable=True,
        moved_to="https://mirror.example",
    ),
    CrawlStep(
        job_id=JOB,
        catalogue_id=2,
        at=NOW,
        step="title",
        title="Nine Lantern Ferry",
        counts=CrawlCounts(lists=1, titles=2),
    ),
    PlaybackStarted(
        play_id=JOB,
        episode_id=7,
        link_id=9,
        generation=2,
        server="pixel",
        quality=720,
        position_s=0.4,
        first_try=False,
    ),
    PlaybackFailed(
        play_id=JOB,
        episode_id=7,
        link_id=8,
        generation=1,
        server="fsl",
        quality=None,
        position_s=61.5,
        first_try=True,
        reason=PlaybackFault.STALLED,
    ),
    JobCancelled(job_id=JOB, cancelled_by="admin", cancelled_at=NOW),
    DeadLettered(
        consumer="scraper_interactive",
        event_id=str(JOB),
        event_subject="scrape.requested.interactive.default",
        payload=base64.b64encode(b'{"job_id": 1}'),
        headers={"ws-event-id": str(JOB)},
        code="poison",
        detail="It ended its process three times.",
        attempts=3,
        died_at=NOW,
    ),
    HostQuiet(host="files.example:443", until=NOW, said_by="health"),
    ScrapeStep(
        job_id=JOB,
        episode_id=7,
        at=NOW,
        step=Step.FOUND,
        source_id=5,
        quality=720,
        server="pixel",
        host="pages.example",
        count=3,
        code=None,
    ),
)
