"""What an operator may tune before the refresher starts."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from wellspring_common.settings import EnvSettings


class RefresherSettings(EnvSettings):
    """Limits of the sweeps. What may change at run time is in the tunables."""

    model_config = SettingsConfigDict(env_prefix="WELLSPRING_REFRESHER_", frozen=True, extra="ignore")

    claim_limit: int = Field(default=100, ge=1, le=1000)
    """How many due episodes one sweep claims at most."""
    job_lease: timedelta = timedelta(minutes=10)
    """A job that has not moved for this long has lost its scraper."""
    crawl_lease: timedelta = timedelta(hours=3)
    """A crawl may read for an hour and more: one that began longer ago has lost its scraper."""
    crawl_patience: timedelta = timedelta(hours=24)
    """Crawls are read one after the other: one that waits for longer was lost on the way."""
    queue_patience: timedelta = timedelta(hours=6)
    """A job that waits for longer was lost on the way to the scraper."""
    most_waiting: int = Field(default=200, ge=1, le=100_000)
    """No more is asked for while so many background jobs wait: due episodes are patient, queues are not."""
    purge_every: timedelta = timedelta(hours=1)
