"""Writing down what a request did, once it is done."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import Request

from wellspring_common.errors import WellspringError

from ..domain.access import Session
from ..domain.deeds import Deed, deed_of
from ..door import door_of
from ..owing import Owed, owe, owed_now
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
    request.state.deed = _deed(request, action, target, by=by, actor=actor, detail=detail)


def will_tell(request: Request, action: str) -> None:
    """Say what a stranger is about to do, for the transaction that does it. Who it was is told after."""
    owe(_deed(request, action, None))


def _deed(
    request: Request,
    action: str,
    target: str | None,
    *,
    by: Session | None = None,
    actor: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Deed:
    session: Session | None = by or getattr(request.state, "session", None)
    return Deed(
        actor=actor or (session.user.username if session else "somebody"),
        user_id=session.user.id if session else None,
        via=session.via if session else "none",
        client=client(request),
        action=action,
        target=target,
        detail=detail or {},
    )


async def write_down(request: Request, status: int) -> None:
    """Write down what a request did, if it is worth a line and no transaction of it has.

    Left for here are deeds that changed no row, and words that were not known before the change.
    """
    deed: Deed | None = getattr(request.state, "deed", None)
    owed = owed_now() or Owed()
    written, owed.deed = owed.deed if owed.line is not None else None, None
    if deed is None and written is None:
        template = getattr(request.scope.get("route"), "path", "")
        session = getattr(request.state, "session", None)
        params = request.scope.get("path_params") or {}
        deed = deed_of(session, request.method, template, params, status=status, client=client(request))
    if deed is None or deed == written:
        return
    try:
        if owed.line is not None:
            await door_of(request).accounts.audit.complete(owed.line, deed)
        else:
            await door_of(request).accounts.audit.add(deed)
    except WellspringError as error:
        log.error("audit.lost", action=deed.action, actor=deed.actor, reason=error.message)
