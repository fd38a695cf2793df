"""The admin's pages of users and of the log of what people did."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.access import LONGEST_USERNAME
from ..domain.accounts import ROLES
from ..domain.digits import number_in
from ..domain.text import is_storable
from ..door import door_of
from ..members import Made, make_user, reset
from .account_api import RowId
from .deeds import told
from .guards import admin, checked
from .problems import Problem
from .users_api import changed_user, way_in
from .view import page

PAGE = 100
LINES = 50
FAMILIES = (
    "signed_in",
    "sign_in.refused",
    "user",
    "password.changed",
    "token",
    "device",
    "settings",
    "definition",
    "title",
    "episode",
    "catalogue",
    "crawl",
    "scrape",
    "job",
    "letter",
    "clean",
    "series",
    "schedule",
    "upload",
    "target",
    "download",
)
"""What a person may narrow the log to: one action, or a family of them."""

router = APIRouter(prefix="/admin", include_in_schema=False)


@router.get("/users")
async def users_page(request: Request, after: str = "0") -> Response:
    """Show the users."""
    await admin(request)
    return await _page(request, after=number_in(after) or 0)


@router.post("/users")
async def add(request: Request) -> Response:
    """Make a user, and show their way in, this once."""
    await admin(request)
    await checked(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    username, role = form.get("username", ""), form.get("role", "")
    made = await make_user(door_of(request), username, role, invite=form.get("how") == "invite")
    if not isinstance(made, Made):
        return await _page(request, errors=made, form=form, status=422)
    told(request, "user.made", made.user.username, role=role)
    return await _page(request, made=made)


@router.post("/users/{user_id}")
async def change(request: Request, user_id: RowId) -> Response:
    """Do to a user what the button says."""
    await admin(request)
    await checked(request)
    form = await request.form()
    do = str(form.get("do") or "")
    if do in {"password", "invite"}:
        made = await reset(door_of(request), user_id, invite=do == "invite")
        if made is None:
            raise Problem("not_found", "There is no user with this number.")
        told(request, "user.reset", made.user.username, invite=do == "invite")
        return await _page(request, made=made)
    role, disabled = str(form.get("role") or ""), {"disable": True, "enable": False}.get(do)
    if disabled is None and role not in ROLES:
        raise Problem("invalid", "There is no such role.")
    try:
        await changed_user(request, user_id, role=role if disabled is None else None, disabled=disabled)
    except Problem as error:
        if error.code != "last_admin":
            raise
        return await _page(request, last_admin=True, status=409)
    return RedirectResponse(f"/admin/users#u-{user_id}", status_code=303)


@router.get("/audit")
async def audit_page(request: Request, action: str = "", actor: str = "", before: str = "") -> Response:
    """Show what people did, the newest first."""
    await admin(request)
    chosen = action if action in FAMILIES else ""
    who = actor.strip()[:LONGEST_USERNAME] if is_storable(actor) else ""
    start = number_in(before)
    lines = door_of(request).accounts.audit
    found = await lines.find(before=start, action=chosen, actor=who, limit=LINES + 1)
    following = {"action": chosen, "actor": who, "before": found[LINES - 1].id} if len(found) > LINES else {}
    context = {
        "lines": found[:LINES],
        "families": FAMILIES,
        "chosen": chosen,
        "actor": who,
        "later": start is not None,
        "next_url": f"/admin/audit?{urlencode(following)}" if following else None,
    }
    return await page(request, "admin/audit.html", context)


async def _page(
    request: Request,
    *,
    after: int = 0,
    made: Made | None = None,
    errors: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    last_admin: bool = False,
    status: int = 200,
) -> Response:
    found = await door_of(request).accounts.users.find(after=after, limit=PAGE + 1)
    context: dict[str, Any] = {
        "users": found[:PAGE],
        "next_url": f"/admin/users?after={found[PAGE - 1].id}" if len(found) > PAGE else None,
        "roles": ROLES,
        "errors": errors or {},
        "form": form or {},
        "made": {"username": made.user.username, **way_in(request, made.way)} if made else None,
        "last_admin": last_admin,
    }
    return await page(request, "admin/users.html", context, status=status)
