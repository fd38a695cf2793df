"""Who opened a stream, to be asked again while it is open."""

from collections.abc import Awaitable, Callable

from starlette.requests import HTTPConnection

from wellspring_common.errors import Permanent

from ..domain.access import Session
from ..staying import Stay
from .view import bearer, cookie_name, name_from_proxy

Guard = Callable[[HTTPConnection], Awaitable[Session | None]]


def stay_of(connection: HTTPConnection, guard: Guard, came: Session | None) -> Stay:
    """Return how to ask whether whoever came in through a guard still may, and is still the same."""

    async def may() -> bool:
        # what was found out about the request when it came is left behind
        scope = {**connection.scope, "state": {}}
        try:
            return await guard(HTTPConnection(scope)) == came
        except Permanent:
            return False

    ways_in = bearer(connection), connection.cookies.get(cookie_name(connection, "ws_session"))
    return Stay((guard, *ways_in, name_from_proxy(connection), came), may)
