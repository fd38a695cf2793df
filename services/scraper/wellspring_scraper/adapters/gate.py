"""What a page in a browser may ask for: no pictures, no frames, everything else in its turn."""

import contextlib
from dataclasses import dataclass

from playwright.async_api import Error, Request, Response, Route

from wellspring_common.errors import Permanent, Throttled

from .manners import Manners
from .watchman import Watchman

MOST_VISITS = 10
PATIENCE_S = 10.0
_BLOCKED = frozenset({"image", "stylesheet", "font", "media"})
# What a host has to make up an answer for. Scripts are files, and part of a page that had its turn.
_ASKS = frozenset({"xhr", "fetch", "eventsource"})


@dataclass
class Gate:
    """Sees each request of one page before it goes out, apart from redirects, and each answer."""

    watchman: Watchman
    manners: Manners
    visits: int = 0

    async def filter(self, route: Route) -> None:
        """Let a request go on, in its turn, or end it."""
        request = route.request
        blocked = request.resource_type in _BLOCKED
        with contextlib.suppress(Error):
            if not blocked and self._belongs(request) and await self._turn(request):
                await route.continue_()
            else:
                await route.abort()

    def hear(self, response: Response) -> None:
        """Take notice of a host that wants to be left alone."""
        self.manners.heard(response.url, response.status, response.headers)

    def _belongs(self, request: Request) -> bool:
        if not request.is_navigation_request():
            return True
        try:
            if request.frame.parent_frame is not None:
                return False
        except Error:  # the frame of a popup that is not ours
            return False
        self.visits += 1
        if self.visits > MOST_VISITS:
            self.watchman.trouble(_restless())
        return self.visits <= MOST_VISITS

    async def _turn(self, request: Request) -> bool:
        moved_on = request.is_navigation_request() and self.visits > 1  # the first visit has had its turn
        if moved_on or request.resource_type in _ASKS:
            try:
                await self.manners.turn(request.url, patience_s=PATIENCE_S)
            except Throttled:
                return False
        return True


def _restless() -> Permanent:
    return Permanent(f"The page moved on more than {MOST_VISITS} times.", code="too_many_redirects")
