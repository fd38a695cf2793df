"""What a scraper reports, in few words."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from wellspring_common.events.scrape import (
    Container,
    ExpiryBasis,
    FoundLink,
    LinkKind,
    LinksScraped,
    Problem,
    RefreshClass,
    Rung,
    ScrapeFailed,
    SourceResult,
)


def link(
    server: str,
    url: str | None = None,
    *,
    expires_at: datetime | None = None,
    quality: int = 720,
    refresh_class: RefreshClass = RefreshClass.SAFE,
    verified: bool = True,
) -> FoundLink:
    """Return a link as a scraper found it."""
    return FoundLink(
        server=server,
        label=f"[{server}]",
        kind=LinkKind.STREAM,
        container=Container.MP4,
        url=url or f"https://{server}.example/v/1",
        headers={"Referer": "https://pages.example/"},
        quality=quality,
        size_bytes=3 * 1024**3,
        expires_at=expires_at,
        expiry_basis=ExpiryBasis.PARAMETER if expires_at else ExpiryBasis.DEFAULT,
        refresh_class=refresh_class,
        verified=verified,
    )


def result(source_id: int, *links: FoundLink, quality: int = 720) -> SourceResult:
    """Return what one source gave."""
    problems = () if links else (Problem(code="drift", detail="The page held no link."),)
    return SourceResult(
        source_id=source_id,
        quality=quality,
        rung=Rung.STATIC,
        links=links,
        problems=problems,
        pages=2,
        elapsed_ms=300,
    )


def scraped(
    job_id: UUID, episode_id: int, results: Sequence[SourceResult], *, started_at: datetime, attempt: int = 1
) -> LinksScraped:
    """Return a job's success."""
    return LinksScraped(
        job_id=job_id,
        episode_id=episode_id,
        attempt=attempt,
        started_at=started_at,
        finished_at=started_at + timedelta(seconds=3),
        results=tuple(results),
    )


def failed(job_id: UUID, episode_id: int, *, started_at: datetime, code: str = "drift") -> ScrapeFailed:
    """Return a job's failure."""
    return ScrapeFailed(
        job_id=job_id,
        episode_id=episode_id,
        attempt=1,
        started_at=started_at,
        finished_at=started_at + timedelta(seconds=3),
        code=code,
        detail="The page answered, and held no link.",
        retryable=True,
    )
