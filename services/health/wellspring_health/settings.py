"""What an operator may tune before health starts."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from wellspring_common.settings import EnvSettings


class HealthSettings(EnvSettings):
    """Limits of the probes."""

    model_config = SettingsConfigDict(env_prefix="WELLSPRING_HEALTH_", frozen=True, extra="ignore")

    sweep_interval: timedelta = timedelta(seconds=2)
    batch: int = Field(default=50, ge=1, le=1000)
    """How many links one sweep claims at most."""
    concurrency: int = Field(default=16, ge=1, le=256)
    probe_deadline: timedelta = timedelta(seconds=10)
    lease: timedelta = timedelta(minutes=5)
    """A claimed link comes back after this long when its probe was lost."""
    count_every: timedelta = timedelta(seconds=30)
    purge_every: timedelta = timedelta(hours=1)
