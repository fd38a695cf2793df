"""Database logins: one per service, made from generated passwords that never appear in SQL."""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping

import asyncpg

from .console import Failure

ROLES = ("gateway", "refresher", "health", "uploader", "admin", "monitor")
"""The services with a database, `admin` for the command line, `monitor` for an exporter of statistics."""

_ITERATIONS = 4096
_SALT_BYTES = 16


def login_name(role: str) -> str:
    """Return the login of a service."""
    return f"wellspring_{role}"


def scram_verifier(password: str, salt: bytes) -> str:
    """Return what Postgres stores of a password (RFC 5803), so that it never sees the password itself."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    server = hmac.digest(salted, b"Server Key", "sha256")
    stored = hashlib.sha256(client).digest()
    salt_text, stored_text, server_text = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${_ITERATIONS}:{salt_text}${stored_text}:{server_text}"


async def ensure_logins(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Make or renew the login of every role in `passwords`.

    Raises `Failure` when the given login may not make roles, or when the groups are not migrated yet.
    """
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        groups = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        for role, password in passwords.items():
            group, login = f"ws_{role}", login_name(role)
            if group not in groups:
                raise Failure(
                    f"The database has no role {group} yet.",
                    "Run ./wellspring db migrate first.",
                )
            verifier = scram_verifier(password, os.urandom(_SALT_BYTES))
            verb = "ALTER" if login in groups else "CREATE"
            # Names are constants of ours, and the verifier holds base64 and $ and : only.
            await connection.execute(f"{verb} ROLE {login} LOGIN PASSWORD '{verifier}'")
            await connection.execute(f"GRANT {group} TO {login}")
    except asyncpg.InsufficientPrivilegeError as error:
        raise Failure(
            f"The database login may not make roles: {error}.",
            "Give WELLSPRING_DATABASE_URL a login with CREATEROLE (docs/running.md).",
        ) from error
    finally:
        await connection.close()
