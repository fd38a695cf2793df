"""What an operator may tune before health starts."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from wellspring_common.settings import EnvSettings


class HealthSettings(EnvSettings):
    """Limits of the probes."""

    model_config = SettingsConfigDict(
        env_prefix="WELLSPRING_HEALTH_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    sweep_interval: timedelta = timedelta(seconds=2)
    batch: int = Field(default=200, ge=1, le=500)
    """How many links one sweep claims at most."""
    per_host: int = Field(default=4, ge=1, le=100)
    """How many links of one host a batch holds at most."""
    concurrency: int = Field(default=16, ge=1, le=256)
    lease: timedelta = timedelta(minutes=5)
    """A claimed link comes back after this long when its probe was lost."""
    run_lease: timedelta = timedelta(seconds=30)
    """A run of probes is gone on with after this long when whoever worked on it was killed."""
    count_every: timedelta = timedelta(seconds=30)
    purge_every: timedelta = timedelta(hours=1)
    canaries: str = ""
    """URLs that answer whenever our own network works, with spaces or commas between them.

    Without any, it is down when every host fails.
    """
    canary_every: timedelta = timedelta(seconds=30)

    @property
    def canary_urls(self) -> tuple[str, ...]:
        """Return the canaries one by one."""
        return tuple(self.canaries.replace(",", " ").split())
