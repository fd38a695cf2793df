"""Connection URLs, and the logins in them."""

from urllib.parse import quote, urlsplit, urlunsplit


def with_login(url: str, user: str, password: str) -> str:
    """Return a connection URL with another login."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"))


def with_password(url: str, password: str) -> str:
    """Return a connection URL with a password for the user that it names. Raises ValueError without one."""
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    if not at or ":" in user:
        raise ValueError("the URL must name a user, and no password, for a password to be added")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}"))
