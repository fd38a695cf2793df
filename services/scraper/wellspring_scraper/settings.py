"""What an operator may tune about scraping."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from wellspring_common.settings import EnvSettings


class ScraperSettings(EnvSettings):
    """Settings named `WELLSPRING_SCRAPER_*`."""

    model_config = SettingsConfigDict(env_prefix="WELLSPRING_SCRAPER_", frozen=True, extra="ignore")

    definitions_dir: Path | None = None
    """The operator's own definitions. One with the id of a shipped one takes its place."""

    browser: bool = True
    """Whether a page that shows its servers only by script may be opened in a browser."""
    chromium: Path | None = None
    """The browser to start, else the one of `WELLSPRING_CHROMIUM`, of the system, or of Playwright."""

    sandbox: Literal["auto", "always", "never"] = "auto"
    """Whether pages run in Chromium's own sandbox: where it works, or nowhere else, or never."""

    job_deadline_s: float = Field(default=60.0, gt=0, le=600)
    # a step has to be shorter than the broker's patience with a silent consumer (15 s)
    page_deadline_s: float = Field(default=10.0, gt=0, le=12)
    probe_deadline_s: float = Field(default=6.0, gt=0, le=12)

    extractors: str = Field(default="generic,html5", pattern=r"^[a-zA-Z0-9_:,.*-]{1,300}$")
    """Which of yt-dlp's extractors may be asked: `default` is all of them, and takes three times as long."""

    memory_limit_mb: int | None = Field(default=None, ge=16)
    """Below the control group's own limit, or where there is none. Of memory that cannot be taken back."""

    host_concurrency: int = Field(default=4, ge=1, le=64)
    # three qualities through three hops of one host, and a second episode right behind
    host_burst: int = Field(default=16, ge=1, le=1000)
    host_rate_per_s: float = Field(default=2.0, gt=0, le=1000)
    connections: int = Field(default=64, ge=4, le=1000)

    crawl_deadline_s: float = Field(default=3600.0, gt=0, le=24 * 3600)
    """How long one crawl may take. What it found until then is kept."""
    crawl_expires_s: float = Field(default=24 * 3600.0, gt=0, le=7 * 24 * 3600)
    """How old a request may be: a crawl that nobody came to in time is not worth making up for."""
