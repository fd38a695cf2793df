"""The API of users, for admins, and of the log of what people did."""

from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from ..domain.access import LONGEST_USERNAME
from ..domain.documents.accounts import AuditEntry, AuditLog, User, UserList, UserMade
from ..domain.text import is_storable
from ..door import door_of
from ..members import LastAdminError, Made, WayIn, change_user, make_user, reset
from ..ports.answers import Keep
from ..ports.users import UserRow
from .account_api import refused
from .deeds import told
from .guards import admin, checked
from .problems import Problem
from .v1.answers import Key, once_in_secret
from .view import base_url

router = APIRouter(prefix="/api/v1")

Role = Literal["viewer", "operator", "admin"]
UserId = Annotated[int, Path(ge=1, lt=2**63)]
ONLY_ADMIN = "This is the only admin: make somebody else one first."
LARGEST_ID = 2**63 - 1

Somebody = TypeVar("Somebody", UserRow, User)


class NewUser(BaseModel):
    """Somebody who may come in: by a one-time password, or by a link that lets them choose one."""

    username: str = Field(max_length=LONGEST_USERNAME, examples=["grace"])
    role: Role = "viewer"
    invite: bool = False


class Change(BaseModel):
    """What a user may do from now on."""

    role: Role | None = None
    disabled: bool | None = None


class Reset(BaseModel):
    """How somebody gets a new way in."""

    invite: bool = False


def way_in(request: Request, way: WayIn) -> dict[str, str]:
    """Return what an admin hands on: it is shown once."""
    if way.password is not None:
        return {"password": way.password}
    return {"invite_url": f"{base_url(request)}/invite?token={way.invite}"}


@router.get("/users", tags=["users"])
async def users(
    request: Request,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> UserList:
    """Return users in the order in which they came. `next` is the `after` of the following page."""
    await admin(request)
    found = await door_of(request).accounts.users.find(after=after, limit=limit + 1)
    following = found[limit - 1].id if len(found) > limit else None
    return UserList(users=[User.model_validate(user) for user in found[:limit]], next=following)


@router.post(
    "/users",
    tags=["users"],
    status_code=201,
    response_model_exclude_unset=True,
    responses={409: {"description": "`name_taken`: there is a user of that name."}},
)
async def add(request: Request, wanted: NewUser, key: Key = None) -> UserMade:
    """Make a user. The answer has a one-time password or the link to hand on, once."""
    session = await admin(request)
    await checked(request)
    repeated = once_in_secret(request, session, key, wanted)
    seed = repeated.seed()

    async def make(keep: Keep | None) -> UserRow:
        made = await make_user(
            door_of(request), wanted.username, wanted.role, invite=wanted.invite, seed=seed, keep=keep
        )
        if isinstance(made, Made):
            return made.user
        if made.get("username") == "name_taken":
            raise Problem("name_taken", "There is a user of that name.")
        raise refused(made)

    user = _there(await repeated.made(User, make))
    told(request, "user.made", user.username, role=user.role)
    way = WayIn.of(seed, invite=wanted.invite)
    return UserMade.model_validate({**vars(user), **way_in(request, way)})


@router.get("/users/{user_id}", tags=["users"])
async def one(request: Request, user_id: UserId) -> User:
    """Return a user."""
    await admin(request)
    return User.model_validate(_there(await door_of(request).accounts.users.one(user_id)))


@router.patch(
    "/users/{user_id}",
    tags=["users"],
    responses={409: {"description": "`last_admin`: make somebody else one first."}},
)
async def change(request: Request, user_id: UserId, wanted: Change) -> User:
    """Give a user another role, or disable them, which ends their sessions. The last admin stays one."""
    await admin(request)
    await checked(request)
    changed = await changed_user(request, user_id, role=wanted.role, disabled=wanted.disabled)
    return User.model_validate(changed)


@router.post("/users/{user_id}/reset", tags=["users"], response_model_exclude_unset=True)
async def reset_user(request: Request, user_id: UserId, wanted: Reset | None = None) -> UserMade:
    """Give a user a new way in. A one-time password ends their sessions at once, a link when it is used."""
    await admin(request)
    await checked(request)
    made = await reset(door_of(request), user_id, invite=bool(wanted and wanted.invite))
    if made is None:
        raise Problem("not_found", "There is no user with this number.")
    told(request, "user.reset", made.user.username, invite=made.way.invite is not None)
    return UserMade.model_validate({**vars(made.user), **way_in(request, made.way)})


@router.get("/audit", tags=["audit"])
async def audit(
    request: Request,
    action: Annotated[str, Query(max_length=100)] = "",
    actor: Annotated[str, Query(max_length=LONGEST_USERNAME)] = "",
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditLog:
    """Return what people did, the newest first. `action` is one (`user.made`) or a family of them (`user`).

    `next` is the `before` of the following page.
    """
    await admin(request)
    if not (is_storable(action) and is_storable(actor)):
        raise Problem("invalid", "A filter holds what no text can hold.")
    lines = door_of(request).accounts.audit
    found = await lines.find(before=before, action=action, actor=actor, limit=limit + 1)
    following = found[limit - 1].id if len(found) > limit else None
    entries = [AuditEntry.model_validate(row) for row in found[:limit]]
    return AuditLog(entries=entries, next=following)


async def changed_user(request: Request, user_id: int, *, role: str | None, disabled: bool | None) -> UserRow:
    """Change a user and tell of it. Raises `Problem`."""
    try:
        changed = await change_user(door_of(request), user_id, role=role, disabled=disabled)
    except LastAdminError:
        raise Problem("last_admin", ONLY_ADMIN) from None
    user = _there(changed)
    told(request, "user.changed", user.username, role=user.role, disabled=user.disabled_at is not None)
    return user


def _there(user: Somebody | None) -> Somebody:
    if user is None:
        raise Problem("not_found", "There is no user with this number.")
    return user
