"""Servers that the operator brought: their URLs, complete with what files hold."""

from collections.abc import Mapping
from pathlib import Path

from wellspring_common.urls import with_password

from .console import Failure

SERVERS = ("DATABASE", "NATS")


def with_given_servers(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment whose `WELLSPRING_DATABASE_URL` and `WELLSPRING_NATS_URL` hold their passwords.

    A service reads `..._URL_FILE`, `..._PASSWORD` and `..._PASSWORD_FILE` itself. The launcher makes the
    logins of the services, and needs the administrator's.
    """
    complete = dict(environ)
    for server in SERVERS:
        url, password = _value(environ, f"{server}_URL"), _value(environ, f"{server}_PASSWORD")
        if not url:
            continue
        try:
            complete[f"WELLSPRING_{server}_URL"] = with_password(url, password) if password else url
        except ValueError as error:
            raise Failure(f"WELLSPRING_{server}_URL and its password do not fit: {error}.") from error
    return complete


def _value(environ: Mapping[str, str], name: str) -> str:
    found = environ.get(f"WELLSPRING_{name}")
    path = environ.get(f"WELLSPRING_{name}_FILE")
    if found or not path:
        return found or ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Failure(
            f"WELLSPRING_{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from error
