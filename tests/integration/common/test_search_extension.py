"""What right the search's extension asks of whoever migrates, as docs/running.md says it."""

import asyncpg
import pytest

from tests.integration.common.databases import administrator
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.urls import with_login

LOGIN, PASSWORD = "somebodys_owner", "not-a-secret"
WANTED = "create extension if not exists pg_trgm"


async def test_whoever_may_create_in_the_database_may_make_the_extension(database: FreshDatabase) -> None:
    async with administrator(database) as connection:
        await connection.execute("drop extension pg_trgm cascade")
        login = f"{LOGIN}_{database.name}"
        await connection.execute(f"create role {login} login password '{PASSWORD}'")
        try:
            theirs = await asyncpg.connect(with_login(database.admin_url, login, PASSWORD))
            try:
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="pg_trgm"):
                    await theirs.execute(WANTED)
                await connection.execute(f"grant create on database {database.name} to {login}")
                await theirs.execute(WANTED)
                assert await theirs.fetchval("select word_similarity('glory', 'the glory')") == 1
            finally:
                await theirs.close()
        finally:
            await connection.execute(f"drop owned by {login} cascade")
            await connection.execute(f"drop role {login}")
