"""Everything a route may use, made once."""

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from wellspring_common.clock import Clock
from wellspring_common.fetch.guard import Guard
from wellspring_common.probes import Readiness
from wellspring_common.tunables_watch import TunablesWatch

from .accounts import Accounts
from .addressing import Addressing
from .compat import Compat
from .crawling import Crawling
from .domain.plays import RateLimit
from .holdings import Holdings
from .live import LiveHub
from .metadata import Metadata
from .outgoing import Outgoing
from .ports.access import Access, Passwords
from .ports.answers import Renderer, Replies
from .ports.library import Catalog, Jobs, Listing, Plays
from .ports.operating import Letters, RuntimeSettings
from .publishing import Publishing
from .settings import GatewaySettings
from .states import States
from .upkeep import Upkeep
from .watching import Watching


@dataclass(frozen=True)
class Door:
    """The gateway's ports and settings, as routes see them."""

    catalog: Catalog
    listing: Listing
    jobs: Jobs
    plays: Plays
    access: Access
    accounts: Accounts
    passwords: Passwords
    runtime_settings: RuntimeSettings
    replies: Replies
    crawling: Crawling
    addressing: Addressing
    outgoing: Outgoing
    letters: Letters
    upkeep: Upkeep
    compat: Compat
    metadata: Metadata
    holdings: Holdings
    watching: Watching
    publishing: Publishing
    pages: Renderer
    tunables: TunablesWatch
    clock: Clock
    live: LiveHub
    states: States
    guard: Guard
    settings: GatewaySettings
    readiness: Readiness
    play_budget: RateLimit
    play_rate: RateLimit = field(default_factory=RateLimit)
    demo: bool = field(default=False)

    def vet(self, url: str) -> str:
        """Return a URL in its normal form. Raises `Permanent` for one that may not be fetched."""
        return str(self.guard.vet(url))


def door_of(request: HTTPConnection) -> Door:
    """Return the door of the running app."""
    door = request.app.state.door
    assert isinstance(door, Door)  # noqa: S101  (set where the app is made)
    return door
