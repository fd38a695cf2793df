"""`db`: the database's schema, logins and address."""

import asyncio
from typing import Annotated

import typer

from wellspring_common.urls import with_login

from ..borrowed import borrowed_database, known_keys
from ..console import Failure, out, say
from ..logins import ROLES, ensure_logins, login_name
from ..migrations import migrate as apply
from ..servers import login_passwords
from .options import DataDirOption, DemoOption, data_dir_of

app = typer.Typer(help="The database: schema, logins, address.", no_args_is_help=True)


@app.command()
def migrate(*, demo: DemoOption = False, data_dir: DataDirOption = None) -> None:
    """Bring the database to the latest schema."""

    async def run() -> list[str]:
        async with borrowed_database(data_dir_of(data_dir, demo=demo), demo=demo) as url:
            return await apply(url)

    applied = asyncio.run(run())
    for name in applied:
        out.print(name)
    say(f"{len(applied)} steps applied" if applied else "the schema is up to date")


@app.command()
def roles(*, demo: DemoOption = False, data_dir: DataDirOption = None) -> None:
    """Make or renew the login of every service, from the secrets in the data directory."""
    data = data_dir_of(data_dir, demo=demo)

    async def run() -> None:
        async with borrowed_database(data, demo=demo) as url:
            await ensure_logins(url, login_passwords(known_keys(data)))

    asyncio.run(run())
    say(f"logins: {', '.join(login_name(role) for role in ROLES)}")


@app.command()
def url(
    role: Annotated[str | None, typer.Argument(help="A service. The superuser when left out.")] = None,
    *,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Print a connection URL of the running database. It holds a password."""
    data = data_dir_of(data_dir, demo=demo)
    if role and role not in ROLES:
        raise Failure(f"{role} has no login.", f"There are: {', '.join(ROLES)}.")

    async def run() -> str:
        async with borrowed_database(data, demo=demo, start=False) as found:
            return found

    admin = asyncio.run(run())
    found = with_login(admin, login_name(role), login_passwords(known_keys(data))[role]) if role else admin
    typer.echo(found)
