"""The SQL of storing what crawls find."""

CATALOGUE = "select id, language, rights from catalog.catalogues where id = $1"

_KNOWN = """
select t.id, t.kind, t.year, t.deleted_at is not null as trashed,
    exists (select from catalog.catalog_refs as r where r.title_id = t.id and r.kind = 'title') as has_refs,
    exists (
        select from catalog.catalog_refs as r
        where r.title_id = t.id and r.kind = 'title' and r.definition = $1
    ) as in_definition
from catalog.titles as t
"""

TITLE_OF_REF = """
select r.standing, r.job_id, t.id, t.kind, t.year, t.deleted_at is not null as trashed
from catalog.catalog_refs as r
join catalog.titles as t on t.id = r.title_id
where r.definition = $1 and r.kind = 'title' and r.external_key = $2
"""

TITLES_OF_IDS = f"{_KNOWN} where t.imdb_id = $2 or t.tmdb_id = $3 or t.anilist_id = $4 order by t.id"

TITLES_OF_NAME = f"""
{_KNOWN}
where catalog.name_key(t.title) = catalog.name_key($2)
order by t.deleted_at is not null, t.id
limit 20
"""

HELD_TITLE = "select * from catalog.titles where id = $1 for update"

SLUG_TAKEN = "select exists (select from catalog.titles where slug = $1)"

ADD_REF = """
insert into catalog.catalog_refs (definition, kind, external_key, title_id, episode_id, standing, job_id)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing
"""

ADD_DOUBT = """
insert into catalog.merge_candidates (title_id, other_id, reason)
values (greatest($1::bigint, $2::bigint), least($1::bigint, $2::bigint), $3)
on conflict (title_id, other_id) do nothing
"""

# A new address is fetched at once; the picture that is held stays until a new one is there.
WANT_POSTER = """
insert into catalog.posters as held (title_id, source_url, next_try_at)
values ($1, $2, $3)
on conflict (title_id) do update
set source_url = excluded.source_url, next_try_at = excluded.next_try_at, failures = 0, last_error = null,
    updated_at = now()
where held.source_url <> excluded.source_url
"""

EPISODES = (
    "select id, season, number, name, aired_at, locked_fields from catalog.episodes where title_id = $1"
)

EPISODE_REFS = """
select external_key, episode_id, title_id, standing
from catalog.catalog_refs
where definition = $1 and kind = 'episode' and external_key = any($2)
"""

ADD_EPISODE = """
insert into catalog.episodes (title_id, season, number, name, aired_at)
values ($1, $2, $3, $4, $5)
returning id
"""

CHANGE_EPISODE = """
update catalog.episodes
set season = $2, number = $3, name = $4, aired_at = $5, updated_at = now()
where id = $1
"""

SOURCES = """
select id, episode_id, url, definition, quality, language, external_key as key
from catalog.sources
where episode_id = any($1)
order by id
"""

ADD_SOURCE = """
insert into catalog.sources (episode_id, quality, url, definition, language, external_key)
values ($1, $2, $3, $4, $5, $6)
on conflict (episode_id, quality, url) do nothing
"""

CHANGE_SOURCE = """
update catalog.sources
set quality = $2, url = $3, definition = $4, language = $5, external_key = $6, updated_at = now()
where id = $1
"""

COUNT_RESULTS = """
insert into catalog.crawl_results as held (
    job_id, catalogue_id, titles_added, titles_changed, titles_unchanged, episodes_added, sources_added,
    sources_moved, refused
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (job_id) do update
set titles_added = held.titles_added + excluded.titles_added,
    titles_changed = held.titles_changed + excluded.titles_changed,
    titles_unchanged = held.titles_unchanged + excluded.titles_unchanged,
    episodes_added = held.episodes_added + excluded.episodes_added,
    sources_added = held.sources_added + excluded.sources_added,
    sources_moved = held.sources_moved + excluded.sources_moved,
    refused = held.refused + excluded.refused,
    updated_at = now()
"""


def add_title(columns: list[str]) -> str:
    """Return the statement that stores a title with these columns of ours."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    return f"insert into catalog.titles ({', '.join(columns)}) values ({places}) returning id"  # noqa: S608  (names of our own)


def change_title(columns: list[str]) -> str:
    """Return the statement that changes these columns of ours in the title that comes first."""
    places = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 2))
    return f"update catalog.titles set {places}, updated_at = now() where id = $1"  # noqa: S608  (names of our own)
