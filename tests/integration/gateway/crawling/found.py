"""What a scraper reports of a catalogue, in few words."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from wellspring_common.events.crawl import (
    CatalogCrawled,
    CrawlCounts,
    CrawledEpisode,
    CrawledSource,
    CrawledTitle,
    CrawlFinished,
)
from wellspring_common.ids import uuid7

HOST = "https://anime.example"
DEFINITION = "otakudesu"
NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def episode(
    number: float | str = 1, *, host: str = HOST, slug: str = "frost-lantern", **changes: Any
) -> CrawledEpisode:
    """Return an episode with one page."""
    key = f"{slug}-episode-{number}"
    source = CrawledSource(url=f"{host}/episode/{key}/", definition=DEFINITION)
    values = {"key": key, "number": Decimal(str(number)), "sources": (source,)} | changes
    return CrawledEpisode(**values)


def title(
    name: str = "Frost Lantern", episodes: Sequence[CrawledEpisode] | None = None, **changes: Any
) -> CrawledTitle:
    """Return a title as a page describes it, with two episodes."""
    slug = name.lower().replace(" ", "-")
    if episodes is None:
        episodes = [episode(number, slug=slug) for number in (1, 2)]
    values = {
        "key": slug,
        "url": f"{HOST}/anime/{slug}/",
        "title": name,
        "year": 2024,
        "status": "ongoing",
        "genres": ("Drama",),
        "synopsis": "A lamp that never melts.",
        "score": Decimal("7.81"),
        "episodes": tuple(episodes),
    } | changes
    return CrawledTitle(**values)


def crawled(
    catalogue_id: int, *titles: CrawledTitle, job_id: UUID | None = None, definition: str = DEFINITION
) -> CatalogCrawled:
    """Return an event with titles."""
    return CatalogCrawled(
        job_id=job_id or uuid7(), catalogue_id=catalogue_id, definition=definition, titles=tuple(titles)
    )


def finished(catalogue_id: int, job_id: UUID, **changes: Any) -> CrawlFinished:
    """Return the end of a crawl that went well."""
    values = {
        "job_id": job_id,
        "catalogue_id": catalogue_id,
        "attempt": 1,
        "started_at": NOW,
        "finished_at": NOW,
        "counts": CrawlCounts(lists=1, titles=2, pages=3),
    } | changes
    return CrawlFinished(**values)
