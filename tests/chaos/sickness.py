"""Parts of the database that refuse what belongs to some episodes, until they are cured."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from wellspring_cli.stack import Stack

_COUNTS = "new.popularity is distinct from old.popularity"
# Each part of a service, the statement that it needs, and whose row it is then.
_PARTS = {
    "links": ("links.links", "before insert or update on links.links for each row", "episode_id"),
    "probes": ("health.link_health", "before insert on health.link_health for each row", "episode_id"),
    "plays": (
        "links.refresh_schedule",
        f"before update on links.refresh_schedule for each row when ({_COUNTS})",
        "episode_id",
    ),
    "crawls": (
        "catalog.crawl_results",
        "before insert on catalog.crawl_results for each row",
        "catalogue_id",
    ),
}
_FALL_ILL = """
create table public.sickness (part text not null, whose bigint not null);
create function public.be_sick() returns trigger language plpgsql security definer as
$$
begin
    if exists (
        select from public.sickness
        where part = tg_argv[0] and whose = (to_jsonb(new) ->> tg_argv[1])::bigint
    ) then
        raise exception '% are sick', tg_argv[0];
    end if;
    return new;
end
$$;
"""
_RECOVER = "drop function public.be_sick; drop table public.sickness;"


@dataclass(frozen=True)
class Sickness:
    """What is refused at the moment."""

    url: str

    async def of(self, part: str, *whose: int) -> None:
        """Let a part refuse what belongs to episodes, or crawls of catalogues."""
        sql = "insert into public.sickness select $1, unnest($2::bigint[])"
        await _run(self.url, sql, part, list(whose))

    async def cure(self) -> None:
        """Let everything be taken again."""
        await _run(self.url, "delete from public.sickness")


@asynccontextmanager
async def sickness(stack: Stack) -> AsyncGenerator[Sickness]:
    """Lend a database that can be sick. It is as it was afterwards."""
    url = stack.servers.admin_database_url
    begin = "".join(
        f"create trigger sickness {when} execute function public.be_sick('{part}', '{column}');"
        for part, (_, when, column) in _PARTS.items()
    )
    end = "".join(f"drop trigger sickness on {table};" for table, _, _ in _PARTS.values())
    await _run(url, _FALL_ILL + begin)
    try:
        yield Sickness(url)
    finally:
        await stack.wait_ready("postgres")
        await _run(url, end + _RECOVER)


async def _run(url: str, sql: str, *given: object) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql, *given)
    finally:
        await connection.close()
