"""The media servers of the model: what they do with their links, and what they say once a link is gone."""

from dataclasses import dataclass, field

from wellspring_common.events.scrape import RefreshClass

HOUR = 3600.0
QUALITIES = 3
"""A link of the model stands for one in each quality: they live and die together."""


@dataclass(frozen=True)
class Server:
    """One media server. Its links live between `shortest` and `longest` seconds, each link its own."""

    key: str
    shortest: float
    longest: float
    says_expiry: bool
    """Whether the expiry stands in the URL, where every reader of it finds it."""
    gone_status: int
    """What it answers once a link is gone."""
    refresh_class: RefreshClass = RefreshClass.SAFE
    latency_ms: int = 120


FSL = Server("fsl", 2 * HOUR, 2 * HOUR, says_expiry=True, gone_status=410, latency_ms=90)
FAST = Server("10gbps", HOUR, HOUR, says_expiry=True, gone_status=403, latency_ms=60)
PIXEL = Server("pixel", 6 * HOUR, 6 * HOUR, says_expiry=False, gone_status=404, latency_ms=140)
BUZZ = Server("buzz", HOUR, 6 * HOUR, says_expiry=False, gone_status=404, latency_ms=200)
PDL = Server(
    "pdl", 6 * HOUR, 6 * HOUR, says_expiry=False, gone_status=403, refresh_class=RefreshClass.SINGLE_USE
)


@dataclass(frozen=True)
class Climate:
    """What goes wrong in a world, and which servers its pages offer."""

    name: str
    pages: tuple[tuple[float, tuple[Server, ...]], ...]
    """Servers as a page lists them, and which share of all titles has such pages."""
    early_deaths: float = 0.01
    """So many links die before their time, at any moment of it."""
    mirrors_failing: float = 0.10
    """So many files of a server are taken down once in a month with all their links, for one to four days."""
    outage_every_days: float = 15.0
    """How often a host of files is down, on average."""
    source_outage_every_days: float = 10.0
    """How often a host of source pages is down, on average."""
    outage_minutes: tuple[float, float] = (20.0, 120.0)
    never_scraped: float = 0.10
    """So many episodes nobody has ever scraped when the month begins."""
    servers: tuple[Server, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = {server.key: server for _, page in self.pages for server in page}
        object.__setattr__(self, "servers", tuple(found.values()))


DEMO = Climate("demo", ((1.0, (FSL, FAST, PIXEL)),))
"""The pages of the demo world, each with its three servers."""

MIXED = Climate(
    "mixed",
    (
        (0.50, (FSL, FAST, PIXEL)),
        (0.15, (FSL, FAST, BUZZ)),
        (0.15, (PIXEL, BUZZ, PDL)),
        (0.10, (FSL, BUZZ)),
        (0.06, (BUZZ, PDL)),
        (0.04, (PDL,)),
    ),
)
"""Half the pages are the demo's. The others have servers whose links live one to six hours and don't say so,
or work once."""

HARSH = Climate(
    "harsh",
    MIXED.pages,
    early_deaths=0.03,
    mirrors_failing=0.30,
    outage_every_days=5.0,
    source_outage_every_days=4.0,
)
"""The same pages where three times as much goes wrong."""

CLIMATES = {climate.name: climate for climate in (DEMO, MIXED, HARSH)}
