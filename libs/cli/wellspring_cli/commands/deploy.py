"""`deploy`: makes the operator's own Postgres and NATS ready for this release."""

import asyncio
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from ..console import Failure, hush_libraries, say
from ..keys import given_secrets
from ..logins import ROLES, ensure_logins, login_name
from ..migrations import migrate
from ..streams import apply_topology

_LOCK = 0x57454C4C
"""Two deployments at once take turns (an advisory lock of Postgres, the letters WELL)."""

PatienceOption = Annotated[
    float, typer.Option("--patience", min=0, help="Seconds to wait for the database to answer.")
]
SecretsOption = Annotated[
    Path,
    typer.Option(
        "--secrets",
        envvar="WELLSPRING_SECRETS_DIR",
        help="The folder with one file per password: postgres_gateway, postgres_health, ...",
    ),
]


def deploy(*, secrets: SecretsOption = Path("/run/secrets"), patience: PatienceOption = 60.0) -> None:
    """Bring a database and a broker to this release: schema, logins, streams. Safe to repeat.

    WELLSPRING_DATABASE_URL and WELLSPRING_NATS_URL name servers with a login that may do everything.
    """
    hush_libraries()
    from wellspring_common.settings import (  # noqa: PLC0415  (slow to import)
        NatsSettings,
        PostgresSettings,
        SettingsError,
    )

    try:
        database, broker = PostgresSettings(), NatsSettings()
    except SettingsError as error:
        raise Failure(
            f"The servers are not named as they must be: {error.message}.",
            "Set WELLSPRING_DATABASE_URL and WELLSPRING_NATS_URL, with their passwords in ..._PASSWORD_FILE.",
        ) from error
    passwords = given_secrets(secrets, {role: f"postgres_{role}" for role in ROLES})
    asyncio.run(_deploy(database.database_login, passwords, broker.nats_login, broker.nats_prefix, patience))


async def _deploy(
    database_url: str, passwords: dict[str, str], nats_url: str, prefix: str, patience: float
) -> None:
    turn = await _connected(database_url, patience)
    try:
        await turn.execute("SELECT pg_advisory_lock($1)", _LOCK)
        applied = await migrate(database_url)
        say(f"schema: {len(applied)} steps applied" if applied else "schema: up to date")
        await ensure_logins(database_url, passwords)
        say(f"logins: {', '.join(login_name(role) for role in passwords)}")
        changes = await _streams(nats_url, prefix, patience)
        say(f"streams: {len(changes)} changes" if changes else "streams: as declared")
    finally:
        await turn.close()


async def _streams(url: str, prefix: str, patience: float) -> list[str]:
    try:
        async with asyncio.timeout(patience):
            return await apply_topology(url, prefix, mend=True)
    except TimeoutError as error:
        raise Failure(
            f"The broker did not answer within {patience:g} s.",
            "Check WELLSPRING_NATS_URL and the log of nats. A wrong password looks like this, too.",
        ) from error


async def _connected(url: str, patience: float) -> asyncpg.Connection:
    """Connect to the database, waiting for it while it starts."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    while True:
        try:
            return await asyncpg.connect(url, timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError) as error:
            if loop.time() >= end:
                raise Failure(
                    f"The database did not answer within {patience:g} s: {str(error) or 'no answer'}.",
                    "Check WELLSPRING_DATABASE_URL, and that the server runs and can be reached from here.",
                ) from error
        except asyncpg.InvalidCatalogNameError as error:
            raise Failure(f"The server has no such database: {error}.", "Create it, empty.") from error
        except asyncpg.PostgresError as error:
            raise Failure(
                f"The database refuses the login: {error}.",
                "Check the user in WELLSPRING_DATABASE_URL and its password file.",
            ) from error
        except ValueError as error:
            # what is wrong with it may be its password, so the URL is not repeated
            raise Failure(
                "WELLSPRING_DATABASE_URL cannot be understood.",
                "It looks like postgresql://user@host:5432/wellspring?sslmode=require. In a password in it,"
                " special characters are written as %40 and the like.",
            ) from error
        await asyncio.sleep(0.5)
