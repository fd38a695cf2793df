"""What a fact from the bus is about: which episodes, which job, and whether the library changed."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.config import SettingsChanged
from wellspring_common.events.crawl import CrawlFinished, CrawlRequested, CrawlStarted
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.links import LinksDied, LinksRevived, LinksUpdated
from wellspring_common.events.scrape import LinksScraped, ScrapeFailed, ScrapeRequested, ScrapeStarted

FACTS = (
    LinksUpdated.subject,
    LinksDied.subject,
    LinksRevived.subject,
    f"{ScrapeRequested.subject}.>",
    ScrapeStarted.subject,
    LinksScraped.subject,
    ScrapeFailed.subject,
    JobCancelled.subject,
    CatalogChanged.subject,
    SettingsChanged.subject,
    f"{CrawlRequested.subject}.>",
    CrawlStarted.subject,
    CrawlFinished.subject,
)
"""What the gateway hears beside its own consumer, to forget what it knew and to tell open pages."""
_EARLY = frozenset({ScrapeStarted.subject, LinksScraped.subject, ScrapeFailed.subject, JobCancelled.subject})
"""Told before whoever owns the rows has stored them."""
_WANTED = {ScrapeRequested.subject, CrawlRequested.subject}


class _Said(BaseModel):
    """The fields that facts have in common: each has some of them."""

    model_config = ConfigDict(extra="ignore")

    episode_id: int | None = None
    episode_ids: tuple[int, ...] = ()
    job_id: str | None = None
    catalogue_id: int | None = None
    title_id: int | None = None


@dataclass(frozen=True)
class Fact:
    """What there is to do about something that happened."""

    subject: str
    """Without lane and pool."""
    episodes: tuple[int, ...] = ()
    job_id: str | None = None
    catalogue_id: int | None = None
    title_id: int | None = None

    @property
    def is_early(self) -> bool:
        """Return whether the rows change only after it was told: they are to be read once more."""
        return self.subject in _EARLY

    @property
    def is_of_library(self) -> bool:
        """Return whether titles or episodes changed."""
        return self.subject == CatalogChanged.subject

    @property
    def is_of_everything(self) -> bool:
        """Return whether every answer may be another now."""
        return self.subject == SettingsChanged.subject


def fact_of(subject: str, payload: bytes) -> Fact:
    """Return what a message is about. Raises pydantic's `ValidationError` for one that cannot be read."""
    plain = next((wanted for wanted in _WANTED if subject.startswith(f"{wanted}.")), subject)
    said = _Said.model_validate_json(payload)
    episodes = said.episode_ids if said.episode_id is None else (said.episode_id,)
    return Fact(plain, episodes, said.job_id, said.catalogue_id, said.title_id)
