"""Writing down what a request did, once it is done."""

from typing import Any

import structlog
from fastapi import Request

from wellspring_common.errors import WellspringError

from ..domain.access import Session
from ..domain.deeds import Deed, deed_of
from ..door import door_of
from .guards import client

log = structlog.get_logger(__name__)


def told(
    request: Request,
    action: str,
    target: str | None = None,
    *,
    by: Session | None = None,
    actor: str = "",
    **detail: Any,
) -> None:
    """Say what this request did, in words of its own: it is written down before the answer leaves."""
    session: Session | None = by or getattr(request.state, "session", None)
    request.state.deed = Deed(
        actor=actor or (session.user.username if session else "somebody"),
        user_id=session.user.id if session else None,
        via=session.via if session else "none",
        client=client(request),
        action=action,
        target=target,
        detail=detail,
    )


async def write_down(request: Request, status: int) -> None:
    """Write down what a request did, if it is worth a line. What is done is done, even where that fails."""
    deed: Deed | None = getattr(request.state, "deed", None)
    if deed is None:
        template = getattr(request.scope.get("route"), "path", "")
        session = getattr(request.state, "session", None)
        params = request.scope.get("path_params") or {}
        deed = deed_of(session, request.method, template, params, status=status, client=client(request))
    if deed is None:
        return
    try:
        await door_of(request).accounts.audit.add(deed)
    except WellspringError as error:
        log.error("audit.lost", action=deed.action, actor=deed.actor, reason=error.message)
