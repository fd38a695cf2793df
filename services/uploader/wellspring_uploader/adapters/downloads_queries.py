"""The SQL of downloads."""

CLAIM = """
with due as (
    select id from uploads.downloads
    where (state = 'queued' and next_try_at <= $1) or (state = 'running' and lease_until < $1)
    order by next_try_at, requested_at, id
    limit 1
    for update skip locked
), claimed as (
    update uploads.downloads as d
    set state = 'running', claim = $2, lease_until = $1::timestamptz + $3::interval,
        started_at = coalesce(d.started_at, $1), updated_at = $1
    from due where d.id = due.id
    returning d.*
)
select c.id, c.title_id, c.episode_id, c.quality, c.attempts, c.part, c.bytes_done, c.bytes_total,
    t.slug, e.season, e.number, t.id is not null as is_there,
    exists (select from catalog.sources as s where s.episode_id = c.episode_id) as has_sources
from claimed as c
left join catalog.episodes as e on e.id = c.episode_id
left join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
"""

# What the gateway reads of the same links to offer them: both decide by `wellspring_common.offering`.
LINKS = """
select l.id as link_id, l.generation, l.server, l.kind, l.container,
    coalesce(l.quality, src.quality) as quality, l.url, l.headers,
    coalesce(h.size_bytes, l.size_bytes) as size_bytes, l.refresh_class, l.expires_at, l.expiry_basis,
    l.scraped_at, coalesce(h.state, 'unknown') as state, h.last_ok_at as ok_at,
    coalesce(s.position <> 'closed', false) as host_down, r.reliability
from links.links as l
left join catalog.sources as src on src.id = l.source_id
left join health.link_health as h on h.link_id = l.id and h.generation = l.generation
left join health.host_state as s on s.host = h.host
left join health.server_record as r on r.server = l.server
where l.episode_id = $1
"""

RENEW = """
update uploads.downloads set lease_until = $3::timestamptz + $4::interval
where id = $1 and claim = $2 and state = 'running'
returning true
"""

CHECKPOINT = """
update uploads.downloads
set part = $3, bytes_done = $4, bytes_total = $5, link_id = $6, server = $7,
    lease_until = $8::timestamptz + $9::interval,
    error_code = null, error_detail = null, updated_at = $8
where id = $1 and claim = $2 and state = 'running'
returning true
"""

POSTPONE = """
update uploads.downloads
set state = 'queued', claim = null, lease_until = null, part = $3, bytes_done = $4, attempts = $5,
    error_code = $6, error_detail = $7, next_try_at = $8, updated_at = $9
where id = $1 and claim = $2 and state = 'running'
returning true
"""

GIVE_BACK = """
update uploads.downloads
set state = 'queued', claim = null, lease_until = null, part = $3, bytes_done = $4, next_try_at = $5,
    updated_at = $5
where id = $1 and claim = $2 and state = 'running'
"""

END = """
update uploads.downloads
set state = $3, claim = null, lease_until = null, attempts = $4, error_code = $5, error_detail = $6,
    finished_at = $7, updated_at = $7
where id = $1 and claim = $2 and state = 'running'
returning true
"""

SUCCEED = """
update uploads.downloads
set state = 'succeeded', claim = null, lease_until = null, part = '{}', bytes_done = $3, bytes_total = $3,
    media_file_id = $4, error_code = null, error_detail = null, finished_at = $5, updated_at = $5
where id = $1 and claim = $2 and state = 'running'
returning true
"""

WAITING = """
select count(*) from uploads.downloads
where state = 'queued' and error_code = 'waiting_for_links' and next_try_at > $1
    and coalesce((part ->> 'waits')::integer, 0) > 0
"""

WAKE = """
update uploads.downloads set next_try_at = $2, updated_at = $2
where episode_id = $1 and state = 'queued' and next_try_at > $2 and error_code is distinct from 'disk_full'
returning id
"""

WAKE_TITLE = WAKE.replace("episode_id = $1", "title_id = $1")

DROP_GONE = """
update uploads.downloads as d
set state = 'cancelled', claim = null, lease_until = null, error_code = 'episode_gone',
    error_detail = 'The episode is not in the library any more.', finished_at = $2, updated_at = $2
where d.title_id = $1 and d.state in ('queued', 'running', 'paused')
    and not exists (
        select from catalog.episodes as e join catalog.titles as t on t.id = e.title_id
        where e.id = d.episode_id and t.deleted_at is null
    )
returning d.id
"""

CANCEL = """
update uploads.downloads
set state = 'cancelled', claim = null, lease_until = null, error_code = null, error_detail = null,
    finished_at = $2, updated_at = $2
where id = $1 and state in ('queued', 'running', 'paused')
returning episode_id, title_id
"""

PAUSE = """
update uploads.downloads
set state = 'paused', claim = null, lease_until = null, updated_at = $2
where id = $1 and state in ('queued', 'running')
returning episode_id, title_id
"""

RESUME = """
update uploads.downloads set state = 'queued', next_try_at = $2, updated_at = $2
where id = $1 and state = 'paused'
returning episode_id, title_id
"""

RETRY = """
update uploads.downloads as d
set state = 'queued', attempts = 0, error_code = null, error_detail = null, next_try_at = $2,
    finished_at = null, updated_at = $2,
    part = d.part - 'bad' - 'restarts' - 'waits' - 'waiting_since' - 'asked_for_same'
where d.id = $1 and d.state in ('failed', 'cancelled', 'queued')
    and not exists (
        select from uploads.downloads as o
        where o.episode_id = d.episode_id and o.id <> d.id and o.state in ('queued', 'running', 'paused')
    )
    and exists (
        select from catalog.episodes as e join catalog.titles as t on t.id = e.title_id
        where e.id = d.episode_id and t.deleted_at is null
    )
returning episode_id, title_id
"""

STATE = "select state, error_code from uploads.downloads where id = $1"

EPISODES = """
select e.id from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
where e.title_id = $1 and (cardinality($2::bigint[]) = 0 or e.id = any($2))
order by e.season, e.number, e.id
"""

HERE = """
select distinct episode_id from uploads.media_files
where episode_id = any($1) and state = 'present' and ($2::integer is null or quality = $2)
"""

ADD = """
insert into uploads.downloads
    (id, request_id, title_id, episode_id, quality, requested_by, requested_at, next_try_at)
select $1, $2, $3, $4, $5, $6, $7, $7
where not exists (
    select from uploads.downloads
    where episode_id = $4 and (state in ('queued', 'running', 'paused') or request_id = $2)
)
on conflict do nothing
returning true
"""

LIVE_IDS = "select id from uploads.downloads where state in ('queued', 'running', 'paused')"

IN_PROGRESS = "select count(*) from uploads.downloads where state = 'running'"

PURGE = """
delete from uploads.downloads
where state in ('succeeded', 'failed', 'cancelled') and finished_at < $1
"""
