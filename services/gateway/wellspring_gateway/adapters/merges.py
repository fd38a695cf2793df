"""Titles that may be one, and making one of two."""

from datetime import datetime
from typing import Any

from wellspring_common.events.catalog import CatalogChange, MergedEpisode
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database

from .queries import LOCK_TITLES
from .telling import tell_merged, tell_of

_PAIRS = """
select m.id, m.reason, m.created_at, {columns}
from catalog.merge_candidates as m
join catalog.titles as a on a.id = m.title_id and a.deleted_at is null
join catalog.titles as b on b.id = m.other_id and b.deleted_at is null
where m.state = 'open' and ($1::bigint is null or m.id < $1)
order by m.id desc
limit $2
"""
_SIDE = """
{side}.id as {side}_id, {side}.title as {side}_title, {side}.slug as {side}_slug, {side}.year as {side}_year,
{side}.kind as {side}_kind, {side}.original_title as {side}_original_title,
(select count(*) from catalog.episodes as e where e.title_id = {side}.id) as {side}_episodes,
array(
    select r.definition || ' · ' || r.external_key from catalog.catalog_refs as r
    where r.title_id = {side}.id and r.kind = 'title' order by 1 limit 5
) as {side}_refs
"""
_OPEN = _PAIRS.format(columns=", ".join(_SIDE.format(side=side) for side in "ab"))

_WAITING = """
select count(*)
from catalog.merge_candidates as m
join catalog.titles as a on a.id = m.title_id and a.deleted_at is null
join catalog.titles as b on b.id = m.other_id and b.deleted_at is null
where m.state = 'open'
"""
_TAKE = """
select m.title_id, m.other_id
from catalog.merge_candidates as m
join catalog.titles as a on a.id = m.title_id and a.deleted_at is null
join catalog.titles as b on b.id = m.other_id and b.deleted_at is null
where m.id = $1 and m.state = 'open'
for update
"""
_APART = """
update catalog.merge_candidates
set state = 'apart', decided_by = $2, updated_at = now()
where id = $1 and state = 'open'
returning true
"""
# Episodes that both have, as pairs: what is to go, and what stays.
_BOTH = """
select mine.id as stays, theirs.id as goes
from catalog.episodes as theirs
join catalog.episodes as mine
    on mine.title_id = $1 and (mine.season, mine.number) = (theirs.season, theirs.number)
where theirs.title_id = $2
"""
_MOVE_SOURCES = """
update catalog.sources as s
set episode_id = $1, updated_at = now()
where s.episode_id = $2 and not exists (
    select from catalog.sources as held
    where held.episode_id = $1 and held.url = s.url and held.quality is not distinct from s.quality
)
"""
_MOVE_PLAYS = """
insert into catalog.plays as held (episode_id, day, started, first_try, after_fallback, failed)
select $1, day, started, first_try, after_fallback, failed from catalog.plays where episode_id = $2
on conflict (episode_id, day) do update
set started = held.started + excluded.started, first_try = held.first_try + excluded.first_try,
    after_fallback = held.after_fallback + excluded.after_fallback, failed = held.failed + excluded.failed,
    updated_at = now()
"""
_MOVE_EPISODE_REFS = "update catalog.catalog_refs set episode_id = $1 where episode_id = $2"
_DROP_EPISODES = "delete from catalog.episodes where id = any($1)"
_MOVE_EPISODES = """
update catalog.episodes set title_id = $1, updated_at = now() where title_id = $2 returning id
"""
_MOVE_REFS = """
update catalog.catalog_refs
set title_id = $1, standing = case when kind = 'title' then 'second' else standing end
where title_id = $2
"""
_MOVE_DOUBTS = """
insert into catalog.merge_candidates (title_id, other_id, reason, state, decided_by)
select greatest($1::bigint, other), least($1::bigint, other), reason, state, decided_by
from (
    select case when title_id = $2 then other_id else title_id end as other, reason, state, decided_by
    from catalog.merge_candidates
    where $2 in (title_id, other_id)
) as theirs
where other <> $1
on conflict (title_id, other_id) do nothing
"""
_DROP_TITLE = "delete from catalog.titles where id = $1 returning imdb_id, tmdb_id, anilist_id"
_TAKE_IDS = """
update catalog.titles
set imdb_id = coalesce(imdb_id, $2), tmdb_id = coalesce(tmdb_id, $3), anilist_id = coalesce(anilist_id, $4),
    updated_at = now()
where id = $1
"""


class PostgresMerges:
    """The list of doubts, and what a person decides about them."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def open(self, *, before: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Return undecided pairs, each with both titles, the newest first: those below an id."""
        async with self._database.connection() as connection:
            return [dict(row) for row in await connection.fetch(_OPEN, before, limit)]

    async def waiting(self) -> int:
        """Return how many pairs are undecided."""
        async with self._database.connection() as connection:
            return int(await connection.fetchval(_WAITING))

    async def keep_apart(self, candidate_id: int, *, by: int) -> bool:
        """Remember that the two are different, and return whether the pair was open."""
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(_APART, candidate_id, by))

    async def merge(self, candidate_id: int, *, into: int, now: datetime) -> int | None:
        """Make one title of two and return how many episodes moved. Nothing for a pair that is decided.

        Pages of episodes that both have go to the episode that stays, their links are found again.
        """
        async with self._database.transaction() as connection:
            await connection.execute(LOCK_TITLES)
            pair = await connection.fetchrow(_TAKE, candidate_id)
            if pair is None or into not in (pair["title_id"], pair["other_id"]):
                return None
            gone = pair["other_id"] if into == pair["title_id"] else pair["title_id"]
            both = await connection.fetch(_BOTH, into, gone)
            for row in both:
                for statement in (_MOVE_SOURCES, _MOVE_PLAYS, _MOVE_EPISODE_REFS):
                    await connection.execute(statement, row["stays"], row["goes"])
            await connection.execute(_DROP_EPISODES, [row["goes"] for row in both])
            moved = [row["id"] for row in await connection.fetch(_MOVE_EPISODES, into, gone)]
            await connection.execute(_MOVE_REFS, into, gone)
            await connection.execute(_MOVE_DOUBTS, into, gone)
            ids = await connection.fetchrow(_DROP_TITLE, gone)
            assert ids is not None  # noqa: S101  (the candidate refers to it)
            await connection.execute(_TAKE_IDS, into, *ids.values())
            changed = [row["stays"] for row in both] + moved
            merged = [MergedEpisode(gone=row["goes"], stays=row["stays"]) for row in both]
            await tell_merged(connection, self._outbox, gone, into, merged, now=now)
            await tell_of(connection, self._outbox, into, changed, CatalogChange.CHANGED, now=now)
            return len(moved)
