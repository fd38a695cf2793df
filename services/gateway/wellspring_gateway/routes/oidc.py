"""Signing in at the provider that an operator named."""

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from wellspring_common import metrics
from wellspring_common.errors import Permanent, Transient

from ..accounts import Provider
from ..domain.access import User, safe_next
from ..domain.budgets import Budget
from ..domain.oidc import FLOW_LIFE, Flow, Person
from ..door import door_of
from .access import keep
from .deeds import told
from .guards import within
from .problems import Problem
from .view import base_url, cookie_name, drop_cookie, page, set_cookie

COOKIE = "ws_oidc"
BACK = "/login/oidc/callback"
_LONGEST = 4096

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)


@router.get("/login/oidc")
async def begin(request: Request, next: str = "") -> Response:  # noqa: A002  (the query's name)
    """Send a browser to the provider."""
    provider = _provider(request)
    await within(request, Budget.LOGIN)
    flow = Flow.begin(next, now=door_of(request).clock.now())
    try:
        there = await provider.way_there(flow, back_to=f"{base_url(request)}{BACK}")
    except (Permanent, Transient) as error:
        return await _refused(request, error, safe_next(next))
    response = RedirectResponse(there, status_code=303)
    set_cookie(request, response, COOKIE, flow.packed(), life_s=int(FLOW_LIFE.total_seconds()))
    return response


@router.get(BACK)
async def end(request: Request, code: str = "", state: str = "", iss: str = "", error: str = "") -> Response:
    """Take the provider's answer, and sign in whom it names."""
    provider = _provider(request)
    await within(request, Budget.LOGIN)
    door = door_of(request)
    held = request.cookies.get(cookie_name(request, COOKIE), "")[:_LONGEST]
    flow = Flow.unpacked(held, now=door.clock.now())
    if flow is None or not flow.is_of(state):
        return await _refused(request, _no("This answer belongs to no attempt of this browser."), "/")
    try:
        if iss and iss != provider.issuer:
            raise _no("The answer comes from another provider.")
        if error or not code:
            raise _no(f"The provider said no: {error[:100] or 'no code'}.")
        person = await provider.person(flow, code[:_LONGEST], back_to=f"{base_url(request)}{BACK}")
        user = await _user(request, provider, person)
    except (Permanent, Transient) as failure:
        return await _refused(request, failure, flow.target)
    secret, session = await door.access.open_session(
        user, now=door.clock.now(), life=door.settings.session_life
    )
    await door.accounts.users.signed_in(user.id, now=door.clock.now())
    metrics.SIGN_INS.labels("provider", "opened").inc()
    told(request, "signed_in", by=session, at=provider.issuer)
    response = RedirectResponse(flow.target, status_code=303)
    drop_cookie(request, response, COOKIE)
    keep(request, response, secret)
    return response


async def _user(request: Request, provider: Provider, person: Person) -> User:
    door = door_of(request)
    rules, role = door.settings.group_rules, None
    if rules.any:
        role = rules.role(person.groups)
        if role is None:
            raise Permanent(f"{person.username} is in no group that may come in.", code="oidc_no_group")
    user = await door.accounts.users.of_identity(
        provider.issuer,
        person.subject,
        person.username,
        role,
        link=person.may_link,
        now=door.clock.now(),
    )
    if user is None:
        raise Permanent(f"{person.username} is disabled, or somebody else's name.", code="oidc_not_let_in")
    return user


async def _refused(request: Request, error: Permanent | Transient, target: str) -> Response:
    log.warning("oidc.sign_in_refused", code=error.code, reason=error.message)
    metrics.SIGN_INS.labels("provider", "refused").inc()
    told(request, "sign_in.refused", _provider(request).issuer, code=error.code)
    status = 503 if isinstance(error, Transient) else 403
    context = {"error": error.code, "next": target, "provider": _provider(request).label}
    response = await page(request, "login.html", context, status=status)
    drop_cookie(request, response, COOKIE)
    return response


def _no(reason: str) -> Permanent:
    return Permanent(reason, code="oidc_refused")


def _provider(request: Request) -> Provider:
    provider = door_of(request).accounts.provider
    if provider is None:
        raise Problem("not_found", "No provider is set up here.")
    return provider
