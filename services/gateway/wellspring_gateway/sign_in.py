"""Signing in: the throttle first, then the password."""

from wellspring_common import metrics

from .domain.access import FAILURE_WINDOW, Session, is_throttled
from .domain.text import is_storable
from .door import Door


class SignInThrottledError(Exception):
    """Too many failures: the door is closed for a while, even for the right password."""


async def sign_in(door: Door, username: str, password: str, *, client: str) -> tuple[str, Session] | None:
    """Return a new session with its secret, or nothing when name and password do not match.

    Raises `SignInThrottledError` after too many failures from one client or for one name.
    """
    if not (is_storable(username) and is_storable(password)):
        return None  # no account has such a name, and no hash takes such a password
    now, username = door.clock.now(), username.strip()
    by_user, by_client = await door.access.failures(username, client, since=now - FAILURE_WINDOW)
    if is_throttled(by_user=by_user, by_client=by_client):
        metrics.SIGN_INS.labels("password", "throttled").inc()
        raise SignInThrottledError
    found = await door.access.user_by_name(username)
    right, stronger = await door.passwords.verify(found[1] if found else None, password)
    if found is None or not right:
        metrics.SIGN_INS.labels("password", "refused").inc()
        await door.access.record_failure(username, client)
        return None
    user = found[0]
    if stronger is not None:
        await door.access.rehash(user, stronger)
    await door.accounts.users.signed_in(user.id, now=now)
    metrics.SIGN_INS.labels("password", "opened").inc()
    return await door.access.open_session(user, now=now, life=door.settings.session_life)
