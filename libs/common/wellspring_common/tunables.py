"""Settings that an operator may change while everything runs."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Host = Annotated[str, Field(pattern=r"^(\*\.)?[a-z0-9]([a-z0-9.-]{0,240}[a-z0-9])?(:[0-9]{1,5})?$")]
"""A host by its name, `*.` before it for all below it, with a port where that is not the usual one."""


class Tunables(BaseModel):
    """Run-time settings with their defaults and limits. Durations carry their unit in the name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    link_ttl_hours: float = Field(default=6, ge=0.05, le=168)
    """How long a link is believed in when nothing says when it dies."""
    sweep_interval_seconds: float = Field(default=5, ge=1, le=3600)
    """How often the refresher looks for what is due."""
    refresh_policy: Literal["smart", "always"] = "smart"
    """`smart` refreshes what people watch, `always` every episode before its links die."""
    refresh_paused: bool = False
    """Nothing is refreshed by itself while this is on. What people ask for still is."""
    popularity_half_life_days: float = Field(default=3, ge=0.1, le=60)
    """After so many days a play counts half."""
    plays_worth_a_refresh: float = Field(default=0.05, ge=0, le=100)
    """An episode is refreshed ahead when so many plays are expected before its new links die."""
    unwatched_refresh_days: float = Field(default=7, ge=0, le=365)
    """How often what nobody watches is scraped, to know that its sources are there. 0: never."""
    scrapes_per_host_hour: int = Field(default=600, ge=1, le=100_000)
    """How many refreshes an hour may ask one host of source pages."""
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
    """How long a live link of something that is watched is trusted before it is probed again."""
    probe_idle_hours: float = Field(default=24, ge=0.5, le=720)
    """The same for links of what nobody watches."""
    probe_timeout_seconds: float = Field(default=10, ge=1, le=60)
    """How long one probe may take."""
    clean_interval_hours: float = Field(default=0, ge=0, le=720)
    """How often titles whose sources are gone for good are looked for. 0: only by hand."""
    clean_grace_hours: float = Field(default=24, ge=0, le=720)
    """How long such a title stays marked before it goes to the trash."""
    address_wait_seconds: float = Field(default=20, ge=0, le=120)
    """How long a player that opens a permanent address waits for a scrape."""
    relay_at_home: bool = True
    """Links that no redirect carries are passed through, for clients of the operator's own network."""
    relay_servers: tuple[str, ...] = ()
    """Servers whose links are passed through for everybody, `*` for all."""
    relays_at_once: int = Field(default=32, ge=0, le=1000)
    """How many files one gateway passes through at once."""
    relays_per_client: int = Field(default=8, ge=1, le=100)
    """How many of them one client may have open: a player of HLS opens several."""
    relay_rate_kib: int = Field(default=0, ge=0, le=10_000_000)
    """KiB a second that one file is passed through with at most. 0: as fast as it goes."""
    downloads_at_once: int = Field(default=2, ge=0, le=32)
    """How many films one uploader fetches at once. 0: none for now."""
    download_rate_kib: int = Field(default=0, ge=0, le=10_000_000)
    """KiB a second that one uploader fetches films with, all together. 0: as fast as it goes."""
    download_reserve_gib: float = Field(default=2, ge=0, le=100_000)
    """GiB of the media folder's disk that downloads leave free."""
    embed_hosts: tuple[Host, ...] = Field(default=(), max_length=100)
    """Hosts whose own players may be shown in a frame, when somebody asks for one."""
    qualities: tuple[int, ...] = (480, 720, 1080)
    """Heights in lines that the episode form offers a field for."""
    viewing: Literal["open", "members"] = "open"
    """Who may look and play: anybody who reaches this Wellspring, or only who signed in."""
    scrapes_per_client_minute: int = Field(default=60, ge=1, le=1_000_000)
    """How many scrapes a minute one client may ask one gateway for."""
    searches_per_client_minute: int = Field(default=240, ge=1, le=1_000_000)
    """How many searches a minute one client may ask one gateway for."""
    sign_ins_per_client_minute: int = Field(default=60, ge=1, le=1_000_000)
    """How many attempts to sign in one gateway takes a minute from one client."""
    default_definition: str = Field(default="vcloud", pattern="^[a-z0-9][a-z0-9-]{0,63}$")
    """The site definition of sources that name none."""


class TunablesCopy(BaseModel):
    """What travels through the bucket: the values and which change they belong to."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    revision: int
    values: Tunables


TUNABLES_KEY = "tunables"
