"""Settings that an operator may change while everything runs."""

from pydantic import BaseModel, ConfigDict, Field


class Tunables(BaseModel):
    """Run-time settings with their defaults and limits. Durations carry their unit in the name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    link_ttl_hours: float = Field(default=6, ge=0.05, le=168)
    """How long a link is believed in when nothing says when it dies."""
    sweep_interval_seconds: float = Field(default=5, ge=1, le=3600)
    """How often the refresher looks for what is due."""
    refresh_ahead_minutes: float = Field(default=10, ge=0, le=720)
    """How long before its links expire an episode is scraped again."""
    force_scrape_cooldown_minutes: float = Field(default=10, ge=0, le=1440)
    """How long a person waits before forcing another scrape of the same episode."""
    min_servers_per_source: int = Field(default=2, ge=1, le=20)
    """Below this many servers a source is asked again by the next rung."""
    min_servers_per_episode: int = Field(default=9, ge=1, le=100)
    """Below this many servers the page says so."""
    preferred_servers: tuple[str, ...] = ("pixel", "fsl", "10gbps")
    """Servers in the order in which they are offered, the others after them."""
    probe_interval_minutes: float = Field(default=30, ge=0.05, le=1440)
    """How long a live link is trusted before it is probed again."""
    default_definition: str = Field(default="vcloud", pattern="^[a-z0-9][a-z0-9-]{0,63}$")
    """The site definition of sources that name none."""


class TunablesCopy(BaseModel):
    """What travels through the bucket: the values and which change they belong to."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    revision: int
    values: Tunables


TUNABLES_KEY = "tunables"
