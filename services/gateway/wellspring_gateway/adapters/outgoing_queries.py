"""SQL of what leaves the library."""

from .queries import POSTER

# A folder of the same name belongs to whichever title came first.
_TWIN = """
exists (
    select from catalog.titles as o
    where catalog.name_key(o.title) = catalog.name_key(t.title) and o.deleted_at is null
        and o.kind = t.kind and o.year is not distinct from t.year and o.id < t.id
) as has_twin
"""

_SHOW = f"""
select t.id, t.kind, t.title, t.slug, t.original_title, t.year, t.imdb_id, t.tmdb_id, t.anilist_id,
    t.synopsis, t.genres, t.score, t.studio, t.status, t.duration, t.release_date, t.language,
    {POSTER.format(title="t.id")}, {_TWIN}
from catalog.titles as t
where t.deleted_at is null
"""  # noqa: S608  (constants)

SHOWS = f"{_SHOW} and t.id = any($1)"

SHOW_BY_ID = f"{_SHOW} and t.id = $1"

SHOW_BY_IMDB = f"{_SHOW} and t.imdb_id = $1"

SHOW_BY_SLUG = f"{_SHOW} and t.slug = $1"

_ON_SHELF = """
from catalog.titles as t
where t.deleted_at is null and t.kind = $1
    and ($2 = '' or t.search @@ websearch_to_tsquery('simple', $2) or t.title ilike $3)
    and ($4 = '' or $4 = any(t.genres))
"""

SHELF_FROM = f"""
select t.id, t.created_at {_ON_SHELF} and (t.created_at, t.id) < ($6, $7)
order by t.created_at desc, t.id desc
limit $5
"""

SHELF_AT = f"""
select t.id, t.created_at {_ON_SHELF}
order by t.created_at desc, t.id desc
limit $5 offset $6
"""

GENRES = """
select distinct genre from catalog.titles as t, unnest(t.genres) as genre
where t.deleted_at is null and t.kind = $1 and genre <> ''
order by genre
limit 200
"""

# A scan of a library opens what is named here: the best link says which extension tells the truth.
_ENTRY = """
select e.id, e.title_id, e.season, e.number, e.name, e.aired_at, e.created_at,
    coalesce(
        (
            select l.container from links.links as l
            where l.episode_id = e.id and l.kind <> 'embed'
            order by l.quality desc nulls last, l.container = 'mp4' desc, l.id
            limit 1
        ),
        'mp4'
    ) as container
from catalog.episodes as e
"""

ENTRIES_OF = f"{_ENTRY} where e.title_id = $1 order by e.season, e.number"

ENTRY = f"{_ENTRY} where e.title_id = $1 and e.season = $2 and e.number = $3"

_IN_SCOPE = """
t.deleted_at is null and ($1 = '' or t.kind = $1) and ($2 = '' or $2 = any(t.genres))
"""

ENTRIES = f"""
{_ENTRY}
join catalog.titles as t on t.id = e.title_id
where {_IN_SCOPE} and (e.title_id, e.season, e.number) > ($3, $4, $5) and e.title_id <= $6
order by e.title_id, e.season, e.number
limit $7
"""

VERSION = f"""
select count(*) as episodes, coalesce(max(e.id), 0) as newest,
    max(greatest(e.updated_at, t.updated_at)) as changed_at,
    (select count(*) from catalog.posters where sha256 is not null) as posters
from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id
where {_IN_SCOPE} and e.title_id between $3 and $4
"""  # noqa: S608  (constants)

NEWEST = f"""
{_ENTRY}
join catalog.titles as t on t.id = e.title_id
where t.deleted_at is null
order by e.id desc
limit $1
"""

NEWEST_OF = f"{_ENTRY} where e.title_id = $2 order by e.id desc limit $1"
