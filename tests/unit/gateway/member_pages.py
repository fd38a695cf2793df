"""The pages of users, of the log and of one's own account, with hostile and with empty data."""

from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from wellspring_gateway.domain.access import User
from wellspring_gateway.domain.accounts import ROLES, KeyForm
from wellspring_gateway.domain.codes import qr_svg
from wellspring_gateway.domain.preferences import Wishes
from wellspring_gateway.ports.audit import AuditRow
from wellspring_gateway.ports.tokens import TokenRow
from wellspring_gateway.ports.users import UserRow

from .crawling_pages import EVIL

NOW = datetime(2026, 1, 1, tzinfo=UTC)
USER = UserRow(1, EVIL, "admin", False, None, NOW, NOW, True)  # noqa: FBT003
OUT = UserRow(2, EVIL, "viewer", True, NOW, None, NOW, False)  # noqa: FBT003
KEY = TokenRow(1, EVIL, NOW, NOW, None, ("read", EVIL), NOW)
FRESH = TokenRow(2, EVIL, NOW, None, None)
LINE = AuditRow(9, NOW, 1, EVIL, "cookie", EVIL, "settings.changed", EVIL, {EVIL: [EVIL]})
ODD = AuditRow(8, NOW, None, EVIL, EVIL, None, "POST /api/v1/new", None, {})
ACCOUNT: dict[str, Any] = {
    "errors": {},
    "entered": KeyForm("", ("read",)),
    "made": None,
    "saved": False,
    "kept": False,
    "wishes": Wishes("id", "dark", True),  # noqa: FBT003
    "me": User(1, EVIL, "admin"),
    "must_change": False,
    "has_password": True,
    "is_proxy": False,
    "tokens": [KEY, FRESH],
    "devices": [FRESH, TokenRow(3, EVIL, NOW, NOW, None)],
    "scopes": ["read", "play"],
    "lives": (30, 365),
}
USERS: dict[str, Any] = {
    "users": [USER, OUT],
    "next_url": "/admin/users?after=2",
    "roles": ROLES,
    "errors": {},
    "form": {},
    "made": None,
    "last_admin": False,
}
AUDIT: dict[str, Any] = {
    "lines": [LINE, ODD],
    "families": ("user", "sign_in.refused"),
    "chosen": "user",
    "actor": EVIL,
    "later": True,
    "next_url": "/admin/audit?before=8",
}
DEVICE: dict[str, Any] = {
    "kind": "device",
    "row": KEY,
    "token": EVIL,
    "addresses": {"m3u": EVIL},
    "codes": {"m3u": Markup(qr_svg(EVIL)), "stremio": Markup(qr_svg("stremio://films.example/a"))},
    "opened": {"m3u": "https://films.example/a", "stremio": "stremio://films.example/a"},
    "only_here": True,
}
MEMBERS: dict[str, tuple[str, dict[str, Any]]] = {
    "account": ("account.html", ACCOUNT),
    "account, token made": (
        "account.html",
        {**ACCOUNT, "made": {"kind": "token", "row": KEY, "token": EVIL}, "saved": True},
    ),
    "account, device made": (
        "account.html",
        {**ACCOUNT, "made": DEVICE},
    ),
    "account, wrong": (
        "account.html",
        {
            **ACCOUNT,
            "errors": {"current": "wrong_password", "device_name": "required", "token_name": "too_long"},
            "entered": KeyForm(EVIL, ("play",), 30),
        },
    ),
    "account, to settle": ("account.html", {**ACCOUNT, "must_change": True}),
    "account, of a proxy": (
        "account.html",
        {**ACCOUNT, "kept": True, "has_password": False, "is_proxy": True, "tokens": [], "devices": []},
    ),
    "invite": (
        "invite.html",
        {"invited": User(1, EVIL, "viewer"), "errors": {"password": "password_short"}, "token": EVIL},
    ),
    "invite, used": ("invite.html", {"invited": None, "errors": {}, "token": ""}),
    "users": ("admin/users.html", USERS),
    "users, password": ("admin/users.html", {**USERS, "made": {"username": EVIL, "password": EVIL}}),
    "users, link": ("admin/users.html", {**USERS, "made": {"username": EVIL, "invite_url": "https://a/b"}}),
    "users, wrong": (
        "admin/users.html",
        {
            **USERS,
            "errors": {"username": "name_taken"},
            "form": {"username": EVIL, "role": "admin"},
            "last_admin": True,
            "next_url": None,
        },
    ),
    "audit": ("admin/audit.html", AUDIT),
    "audit, empty": ("admin/audit.html", {**AUDIT, "lines": [], "next_url": None}),
}
