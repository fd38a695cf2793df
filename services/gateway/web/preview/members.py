"""Made-up people, tokens and a log for the pages about who may do what."""

from datetime import datetime
from typing import Any

import sample
from markupsafe import Markup

from wellspring_gateway.domain.access import User
from wellspring_gateway.domain.accounts import ROLES, KeyForm
from wellspring_gateway.domain.codes import install_address, qr_svg
from wellspring_gateway.domain.preferences import Wishes
from wellspring_gateway.ports.audit import AuditRow
from wellspring_gateway.ports.tokens import TokenRow
from wellspring_gateway.ports.users import UserRow

Page = tuple[str, dict[str, Any], int]
LONG = "the-very-long-name-of-somebody-who-signs-in-elsewhere-and-kept-it"
SECRET = "wsd_2hN0r3QvJxT5mZkP8sYbL1cW6dA4fGeU"  # noqa: S105  (made up, to see how one is shown)


def ago(minutes: int) -> datetime:
    """Return a moment so many minutes ago."""
    return datetime.fromisoformat(sample.ago(minutes))


def user(number: int, name: str, role: str, **changes: Any) -> UserRow:
    """Return one user."""
    values = {
        "must_change": False,
        "disabled_at": None,
        "last_sign_in_at": ago(7 * number),
        "has_password": True,
    }
    return UserRow(
        id=number, username=name, role=role, created_at=ago(90_000 * number), **{**values, **changes}
    )


def users(state: str) -> Page:
    """Return the users: after one was `made`, or with what is wrong (`error`)."""
    base = "https://films.example.org/invite?token=kQ7r2mVx9sLw4tZy8nBd3fHj6pGc1aEu5oRi0"
    found = [
        user(1, "sari", "admin"),
        user(2, "budi", "operator", must_change=True, last_sign_in_at=None),
        user(3, LONG, "viewer", has_password=False),
        user(4, "dewi", "viewer", disabled_at=ago(60)),
    ]
    context = {
        "users": found,
        "next_url": None,
        "roles": ROLES,
        "errors": {"username": "name_taken"} if state == "error" else {},
        "form": {"username": "sari", "role": "operator"} if state == "error" else {},
        "made": {"username": "budi", "invite_url": base} if state == "made" else None,
        "last_admin": state == "error",
    }
    return "admin/users.html", context, 200


def audit(state: str) -> Page:
    """Return the log, or an empty one (`none`)."""
    lines = [
        ("sari", "settings.changed", "viewing", {"viewing": "members"}, "cookie"),
        ("sari", "user.made", "budi", {"role": "operator"}, "cookie"),
        ("sari", "title.trashed", "12", {}, "token"),
        (LONG, "sign_in.refused", LONG, {}, "none"),
        ("sari", "PUT /api/v1/titles/{title_id}", "7", {}, "token"),
        ("sari", "signed_in", None, {}, "cookie"),
    ]
    found = [
        AuditRow(40 - at, ago(at * 31), 1, actor, via, "203.0.113.7", action, target, detail)
        for at, (actor, action, target, detail, via) in enumerate(lines)
    ]
    context = {
        "lines": [] if state == "none" else found,
        "families": ("user", "settings", "title"),
        "chosen": "",
        "actor": "",
        "later": False,
        "next_url": None if state == "none" else "/admin/audit?before=30",
    }
    return "admin/audit.html", context, 200


def account(_: str, __: dict[str, str], state: str) -> Page:
    """Return one's own account: after a device was `made`, with errors (`error`), or `must` change."""
    token = TokenRow(1, "backup script", ago(50_000), ago(3), None, ("read", "scrape"), ago(-90_000))
    device = TokenRow(2, "living room", ago(9000), ago(40), None)
    base = f"https://films.example.org/u/{SECRET}"
    ready = {"m3u": f"{base}/export/library.m3u", "stremio": f"{base}/stremio/manifest.json"}
    opened = {"m3u": ready["m3u"], "stremio": install_address(ready["stremio"])}
    made = {
        "kind": "device",
        "row": device,
        "token": SECRET,
        "addresses": ready,
        "codes": {name: Markup(qr_svg(address)) for name, address in opened.items()},  # noqa: S704 - drawn here
        "opened": opened,
        "only_here": True,
    }
    context = {
        "errors": {"current": "wrong_password", "scopes": "unknown_choice"} if state == "error" else {},
        "entered": KeyForm("", ("read",)),
        "made": made if state == "made" else None,
        "saved": state == "saved",
        "kept": state == "kept",
        "wishes": Wishes("id"),
        "me": User(1, "sari", "admin"),
        "must_change": state == "must",
        "has_password": True,
        "is_proxy": False,
        "tokens": [token],
        "devices": [device, TokenRow(3, LONG, ago(100), None, None)],
        "scopes": ["read", "play", "scrape", "operate", "admin"],
        "lives": (30, 90, 365),
    }
    return "account.html", context, 200


def invite(_: str, __: dict[str, str], state: str) -> Page:
    """Return the way in of somebody new, or a link that was `used`."""
    invited = None if state == "used" else User(2, "budi", "viewer")
    return "invite.html", {"invited": invited, "errors": {}, "token": "preview"}, 200
