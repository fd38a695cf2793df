"""The gateway's SQL."""

# A title that is just being moved to the trash is waited for, and then no longer found.
FIND_TITLE = """
select id, slug from catalog.titles
where lower(title) = lower($1) and deleted_at is null
order by id
limit 1
for key share
"""

# Only one at a time decides which titles are new: two that bring the same title must see each other.
LOCK_TITLES = "select pg_advisory_xact_lock(hashtextextended('catalog.titles', 0))"

# Two of the same name are two titles only where their kind or their year tells them apart.
SAME_TITLE = """
select id from catalog.titles
where lower(title) = lower($1) and kind = $2 and deleted_at is null
    and ($3::integer is null or year is null or year = $3) and id <> $4
order by id
limit 1
"""

ADD_TITLE = """
insert into catalog.titles (kind, title, slug, original_title, language, synopsis, year, genres)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing
returning id, slug
"""

FIND_EPISODE = """
select id from catalog.episodes where title_id = $1 and season = $2 and number = $3
"""

ADD_EPISODE = """
insert into catalog.episodes (title_id, season, number, name)
values ($1, $2, $3, $4)
on conflict (title_id, season, number) do nothing
returning id
"""

ADD_SOURCE = """
insert into catalog.sources (episode_id, quality, url, definition)
values ($1, $2, $3, $4)
on conflict (episode_id, quality, url) do nothing
"""

ADD_SPOKEN_SOURCE = """
insert into catalog.sources (episode_id, quality, url, definition, language)
values ($1, $2, $3, $4, $5)
on conflict (episode_id, quality, url) do nothing
returning id
"""

# How many links of an episode may be watched, roughly: the exact answer is given where one is played.
LIVE = """
(
    select count(*)
    from links.links as l
    left join health.link_health as h on h.link_id = l.id and h.generation = l.generation
    where l.episode_id = {episode} and coalesce(h.state, 'unknown') <> 'dead'
        and (l.expires_at is null or l.expires_at > now())
)
"""

POSTER = """
(
    select left(encode(p.sha256, 'hex'), 16) from catalog.posters as p
    where p.title_id = {title} and p.sha256 is not null
) as poster
"""

TITLE_BY_SLUG = f"""
select t.id, t.slug, t.title, t.original_title, t.year, t.kind, t.genres, t.synopsis, t.language, t.status,
    t.rights, t.format, t.score, t.producer, t.studio, t.total_episodes, t.duration, t.release_date,
    t.metadata_sources, {POSTER.format(title="t.id")}
from catalog.titles as t
where t.slug = $1 and t.deleted_at is null
"""  # noqa: S608  (constants)

_EPISODES = f"""
select e.id, e.season, e.number, e.name,
    {LIVE.format(episode="e.id")} as live_links,
    (select count(*) from links.links as l where l.episode_id = e.id) as total_links,
    (select max(h.last_checked_at) from health.link_health as h where h.episode_id = e.id) as checked_at,
    (
        select j.state from links.jobs as j
        where j.episode_id = e.id and j.kind = 'scrape' and j.state in ('queued', 'running')
    ) as job_state,
    nullif(r.due_at, 'infinity') as due_at, r.why
from catalog.episodes as e
left join links.refresh_schedule as r on r.episode_id = e.id
where e.title_id = $1
"""  # noqa: S608  (constants)

TITLE_EPISODES = f"{_EPISODES} order by e.season, e.number"

PART_EPISODES = f"{_EPISODES} and e.season = $2 and e.number between $3 and $4 order by e.number"

TITLE_PARTS = """
select season, min(number) as first, max(number) as last, count(*)::integer as episodes
from (
    select season, number, (row_number() over (partition by season order by number) - 1) / $2::integer as part
    from catalog.episodes
    where title_id = $1
) as numbered
group by season, part
order by season, part
"""

FIRST_EPISODE = "select id from catalog.episodes where title_id = $1 order by season, number limit 1"

_HEAD = """
select e.id, e.title_id, t.title, t.slug, t.kind, e.season, e.number, e.name
from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id
where t.deleted_at is null
"""

HEAD_BY_ID = f"{_HEAD} and e.id = $1"

HEADS_BY_IDS = f"{_HEAD} and e.id = any($1)"

HEAD_BY_NAME = f"""
{_HEAD} and (lower(t.title) = lower($1) or t.slug = lower($1)) and e.number = $2
order by lower(t.title) = lower($1) desc, e.season
limit 1
"""

HAS_TITLE = """
select exists (
    select from catalog.titles
    where (lower(title) = lower($1) or slug = lower($1)) and deleted_at is null
)
"""

BEFORE = """
select id from catalog.episodes
where title_id = $1 and (season, number) < ($2, $3)
order by season desc, number desc
limit 1
"""

AFTER = """
select id from catalog.episodes
where title_id = $1 and (season, number) > ($2, $3)
order by season, number
limit 1
"""

SHOWS = (
    "select title from catalog.titles where deleted_at is null order by created_at desc, id desc limit 100"
)

SOURCES = """
select s.id, s.quality, s.url, s.definition, s.language
from catalog.sources as s
join catalog.episodes as e on e.id = s.episode_id
join catalog.titles as t on t.id = e.title_id
where s.episode_id = $1 and t.deleted_at is null
order by s.quality, s.id
"""

JOB = """
select id, kind, episode_id, lane, reason, requested_by, state, attempts, error_code, error_detail, counts,
    problems, browser, requested_at, started_at, finished_at, cancelled_by, catalogue_id, scope, query,
    (select c.name from catalog.catalogues as c where c.id = catalogue_id) as catalogue
from links.jobs
"""

JOB_BY_ID = f"{JOB} where id = $1"

LIVE_JOB = """
select id from links.jobs where episode_id = $1 and kind = 'scrape' and state in ('queued', 'running')
"""

# Its lane and when it was touched are all that the gateway may change of a job.
PROMOTE_JOB = """
update links.jobs
set lane = 'interactive', updated_at = now()
where id = $1 and state = 'queued' and lane = 'background'
returning episode_id, reason, requested_at
"""

STATE_OF_JOB = "select state from links.jobs where id = $1"

JOBS_OF_CATALOGUE = f"{JOB} where catalogue_id = $1 order by requested_at desc limit $2"

RECENT_JOBS = f"{JOB} order by requested_at desc limit $1"

QUEUE_JOB = """
insert into links.jobs (id, kind, episode_id, title_id, lane, reason, requested_by, requested_at)
values ($1, 'scrape', $2, $3, $7, $4, $5, $6)
on conflict (episode_id) where kind = 'scrape' and state in ('queued', 'running') do nothing
returning true
"""

KEPT_REPLY = "select request_hash, status, response from catalog.idempotency_keys where key = $1"

KEEP_REPLY = """
insert into catalog.idempotency_keys (key, request_hash, status, response)
values ($1, $2, $3, $4)
on conflict (key) do nothing
returning true
"""

SETTINGS = "select key, value from catalog.settings"

REVISION = "select revision from catalog.settings_revision"

NEXT_REVISION = "update catalog.settings_revision set revision = revision + 1 returning revision"

SAVE_SETTING = """
insert into catalog.settings (key, value, updated_by)
values ($1, $2, $3)
on conflict (key) do update set value = excluded.value, updated_by = excluded.updated_by, updated_at = now()
"""

PURGE_REPLIES = "delete from catalog.idempotency_keys where created_at < now() - interval '7 days'"

LOCK_PLAY = "select pg_advisory_xact_lock(hashtextextended($1, 0))"

EVENT_TOLD = "select exists (select from catalog.outbox where event_id = $1)"

# A page may still play a generation that was replaced meanwhile; one that was never stored is made up.
PLAYED_LINK = """
select l.server, l.quality
from links.links as l
join catalog.episodes as e on e.id = l.episode_id
where l.id = $1 and l.episode_id = $2 and $3 between 1 and l.generation
"""

COUNT_PLAY = """
insert into catalog.plays as held (episode_id, day, started, first_try, after_fallback, failed)
values ($1, $2, $3, $4, $5, $6)
on conflict (episode_id, day) do update
set started = held.started + excluded.started, first_try = held.first_try + excluded.first_try,
    after_fallback = held.after_fallback + excluded.after_fallback, failed = held.failed + excluded.failed,
    updated_at = now()
"""

PURGE_PLAYS = "delete from catalog.plays where day < $1"

LINK_HEADERS = "select headers from links.links where id = $1 and generation = $2"

SEALING_SECRET = "select secret from access.sealing"  # noqa: S105  (a statement)
