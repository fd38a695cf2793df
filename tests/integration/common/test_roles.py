"""Who may read and write which table: every table there is, every login there is, tried one by one."""

from collections.abc import Mapping

import asyncpg
import pytest

from tests.integration.common.databases import OWNERS, administrator
from tests.integration.common.library import add_episode
from wellspring_cli.logins import ROLES
from wellspring_cli.testing import Database as FreshDatabase

SELECT, INSERT, UPDATE, DELETE = "select", "insert", "update", "delete"
ALL = frozenset({SELECT, INSERT, UPDATE, DELETE})
READ = frozenset({SELECT})
NOTHING: frozenset[str] = frozenset()
READERS = ("gateway", "refresher", "health", "uploader", "admin")


def read_by(*roles: str) -> dict[str, frozenset[str]]:
    return dict.fromkeys(roles, READ)


def messaging(owner: str) -> dict[str, dict[str, frozenset[str]]]:
    looks = {owner: ALL, "admin": READ}
    return {
        "outbox": looks,
        "inbox": looks,
        "attempts": looks,
        "dead_letters": {owner: ALL, "admin": ALL},
    }


EXPECTED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "catalog.titles": read_by(*READERS) | {"gateway": ALL},
    "catalog.episodes": read_by(*READERS) | {"gateway": ALL},
    "catalog.sources": read_by(*READERS) | {"gateway": ALL},
    "catalog.plays": read_by(*READERS) | {"gateway": ALL},
    "catalog.settings": read_by(*READERS) | {"gateway": ALL},
    "catalog.settings_revision": {"gateway": frozenset({SELECT, UPDATE})},
    "catalog.idempotency_keys": {"gateway": ALL},
    "catalog.catalogues": read_by(*READERS) | {"gateway": ALL},
    "catalog.catalog_refs": read_by(*READERS) | {"gateway": ALL},
    "catalog.merge_candidates": read_by(*READERS) | {"gateway": ALL},
    "catalog.crawl_results": read_by(*READERS) | {"gateway": ALL},
    "catalog.download_wishes": {"gateway": frozenset({SELECT, INSERT, DELETE})},
    "catalog.definitions": read_by(*READERS) | {"gateway": ALL},
    "catalog.definitions_revision": {"gateway": frozenset({SELECT, UPDATE})},
    "catalog.posters": {"gateway": ALL},
    "catalog.search_words": {"gateway": ALL},
    "catalog.search_learned": {"gateway": frozenset({SELECT, UPDATE})},
    # who watched what is nobody else's business
    "catalog.watch_progress": {"gateway": ALL},
    "catalog.subtitles": {"gateway": ALL},
    "catalog.marks": {"gateway": ALL},
    "catalog.saved_titles": {"gateway": ALL},
    "catalog.clean_runs": read_by(*READERS) | {"gateway": ALL},
    "catalog.clean_marks": read_by(*READERS) | {"gateway": ALL},
    "access.users": {"gateway": ALL, "admin": frozenset({SELECT, INSERT, UPDATE})},
    "access.sessions": {"gateway": ALL},
    "access.sign_in_failures": {"gateway": ALL},
    "access.invites": {"gateway": ALL},
    "access.identities": {"gateway": ALL},
    "access.api_tokens": {"gateway": ALL},
    "access.devices": {"gateway": ALL},
    # what was done stays as it was written
    "access.audit": {"gateway": frozenset({SELECT, INSERT, DELETE}), "admin": frozenset({SELECT, INSERT})},
    "access.preferences": {"gateway": ALL},
    "access.sealing": {"gateway": READ},
    # The one exception to "only its owner writes": the gateway asks for scrapes, and may change a lane.
    "links.jobs": read_by(*READERS) | {"refresher": ALL, "gateway": frozenset({SELECT, INSERT})},
    "links.links": read_by(*READERS) | {"refresher": ALL},
    "links.source_scrapes": read_by(*READERS) | {"refresher": ALL},
    "links.refresh_schedule": read_by(*READERS) | {"refresher": ALL},
    "links.host_hours": read_by(*READERS) | {"refresher": ALL},
    "links.lifetimes_seen": read_by(*READERS) | {"refresher": ALL},
    "links.source_gone": read_by(*READERS) | {"refresher": ALL},
    "links.planned_by": read_by(*READERS) | {"refresher": ALL},
    "health.link_health": read_by(*READERS) | {"health": ALL},
    "health.host_state": read_by(*READERS) | {"health": ALL},
    "health.own_network": read_by(*READERS) | {"health": ALL},
    "health.host_fingerprints": read_by(*READERS) | {"health": ALL},
    "health.server_stats": read_by(*READERS) | {"health": ALL},
    "health.server_record": read_by(*READERS),
    "health.starved": read_by(*READERS) | {"health": ALL},
    "health.probe_runs": read_by(*READERS) | {"health": ALL},
    "health.probe_run_links": read_by(*READERS) | {"health": ALL},
    # the gateway shows what the uploader does, and its secrets to nobody
    **{
        f"uploads.{table}": read_by("gateway", "admin") | {"uploader": ALL}
        for table in (
            "media_files",
            "downloads",
            "targets",
            "schedules",
            "uploads",
            "ledger",
            "playlists",
            "steps",
        )
    },
    "uploads.credentials": {"uploader": ALL},
    "public.schema_migrations": read_by(*READERS),
    "public.dead_letters": read_by("gateway", "admin"),
    **{
        f"{schema}.{table}": grants
        for schema, owner in OWNERS.items()
        for table, grants in messaging(owner).items()
    },
}

_TABLES = """
select n.nspname || '.' || c.relname as name,
    (
        select a.attname from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            and a.attidentity = '' and a.attgenerated = ''
        order by a.attnum limit 1
    ) as plain_column
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""


async def tables(database: FreshDatabase) -> dict[str, str]:
    """Return every table of ours with a column that can be written."""
    async with administrator(database) as admin:
        return {row["name"]: row["plain_column"] for row in await admin.fetch(_TABLES)}


def attempts(table: str, column: str) -> dict[str, str]:
    """Return a statement for each right that needs that right and touches no row."""
    return {
        SELECT: f"select 1 from {table} where false",
        INSERT: f"insert into {table} default values",
        UPDATE: f"update {table} set {column} = default where false",
        DELETE: f"delete from {table} where false",
        "truncate": f"truncate {table}",
    }


async def is_allowed(connection: "asyncpg.Connection[asyncpg.Record]", statement: str) -> bool:
    """Return whether the server lets a login run a statement, whatever becomes of it."""
    attempt = connection.transaction()
    await attempt.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    except (asyncpg.ObjectNotInPrerequisiteStateError, asyncpg.WrongObjectTypeError):
        return False  # nobody writes to a view of ours
    except asyncpg.IntegrityConstraintViolationError:
        return True  # an empty row is refused by the table itself: the right was there
    else:
        return True
    finally:
        await attempt.rollback()


async def test_every_table_is_in_this_list(database: FreshDatabase) -> None:
    assert set(await tables(database)) == set(EXPECTED)


@pytest.mark.parametrize("role", ROLES)
async def test_a_login_may_do_what_it_was_granted_and_nothing_else(
    database: FreshDatabase, role: str
) -> None:
    connection = await asyncpg.connect(database.url_for(role))
    wrong = []
    try:
        for table, column in (await tables(database)).items():
            granted = EXPECTED.get(table, {}).get(role, NOTHING)
            for right, statement in attempts(table, column).items():
                allowed = await is_allowed(connection, statement)
                if allowed is not (right in granted):
                    wrong.append(f"{role} may {'' if allowed else 'not '}{right} {table}")
    finally:
        await connection.close()
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
async def test_a_login_is_nobody_special_and_makes_nothing(database: FreshDatabase, role: str) -> None:
    connection = await asyncpg.connect(database.url_for(role))
    try:
        facts = await connection.fetchrow(
            "select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication "
            "from pg_roles where rolname = session_user"
        )
        assert facts is not None
        assert not any(facts.values())
        for schema in ("catalog", "access", "links", "health", "uploads", "public"):
            assert not await is_allowed(connection, f"create table {schema}.mine (id int)"), schema
        assert not await is_allowed(connection, "create role somebody login")
        assert not await is_allowed(connection, "set role postgres")
    finally:
        await connection.close()


async def test_group_roles_cannot_log_in(database: FreshDatabase) -> None:
    async with administrator(database) as admin:
        groups = await admin.fetch(
            "select rolname, rolcanlogin from pg_roles where rolname like 'ws!_%' escape '!'"
        )
    assert {row["rolname"] for row in groups} == {f"ws_{role}" for role in ROLES}
    assert not any(row["rolcanlogin"] for row in groups)


@pytest.mark.parametrize("role", ROLES)
async def test_only_people_s_doors_replay_and_drop_letters(database: FreshDatabase, role: str) -> None:
    connection = await asyncpg.connect(database.url_for(role))
    try:
        for schema in OWNERS:
            for call in ("replay_dead_letter(1, 'x', 'x')", "drop_dead_letter(1, 'x', 'x')"):
                try:
                    await connection.fetchval(f"select {schema}.{call}")
                except asyncpg.NoDataFoundError:
                    assert role in {"gateway", "admin"}, f"{role} may call {schema}.{call}"
                except asyncpg.InsufficientPrivilegeError:
                    assert role not in {"gateway", "admin"}, f"{role} may not call {schema}.{call}"
    finally:
        await connection.close()


async def test_a_wrong_password_opens_nothing(database: FreshDatabase) -> None:
    url = database.url_for("health").replace("wellspring_health:", "wellspring_gateway:")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url)


async def test_the_gateway_queues_and_promotes_a_scrape_but_does_not_decide_its_end(
    database: FreshDatabase,
) -> None:

    async with administrator(database) as admin:
        episode = await add_episode(admin)
    gateway = await asyncpg.connect(database.url_for("gateway"))
    insert = (
        "insert into links.jobs (id, kind, episode_id, lane, reason) "
        "values (gen_random_uuid(), 'scrape', $1, 'interactive', 'force') "
        "on conflict (episode_id) where kind = 'scrape' and state in ('queued', 'running') "
        "do nothing returning id"
    )
    try:
        job_id = await gateway.fetchval(insert, episode.episode_id)
        assert job_id is not None
        assert await gateway.fetchval(insert, episode.episode_id) is None
        for statement in (
            "update links.jobs set state = 'cancelled' where id = $1",
            "update links.jobs set requested_at = now() where id = $1",
            "update links.jobs set lane = 'interactive', state = 'failed' where id = $1",
            "delete from links.jobs where id = $1",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await gateway.execute(statement, job_id)
        await gateway.execute(
            "update links.jobs set lane = 'interactive', updated_at = now() where id = $1", job_id
        )
        assert await gateway.fetchval("select state from links.jobs where id = $1", job_id) == "queued"
    finally:
        await gateway.close()
