"""SQL over what the uploader keeps. The gateway only reads it."""

UPLOAD = """
select u.id, u.schedule_id, u.target_id, t.name as target, u.title_id, s.title, c.slug, u.episode_id,
    u.season, u.number, u.ordinal, u.state, u.planned_at, u.waits_for, u.tries, u.next_try_at,
    u.error_code, u.error_detail, u.bytes_sent, u.size_bytes, u.seq, u.video_id, u.video_url,
    u.started_at, u.completed_at, u.created_at, u.updated_at
from uploads.uploads as u
join uploads.schedules as s on s.id = u.schedule_id
join uploads.targets as t on t.id = u.target_id
left join catalog.titles as c on c.id = u.title_id and c.deleted_at is null
"""
ONE_UPLOAD = f"{UPLOAD} where u.id = $1"
UPLOADS_PAGE = f"""
{UPLOAD}
where u.state <> 'removed'
    and ($1::text[] is null or u.state = any($1)) and ($2::bigint is null or u.title_id = $2)
    and ($3::bigint is null or u.target_id = $3) and ($4::bigint is null or u.schedule_id = $4)
    and ($5::timestamptz is null or (u.updated_at, u.id) < ($5, $6::uuid))
order by u.updated_at desc, u.id desc
limit $7
"""
CALENDAR = f"""
{UPLOAD}
where u.state in ('planned', 'quota_wait', 'failed') and s.state in ('active', 'paused')
    and ($1::bigint is null or u.target_id = $1)
order by u.planned_at nulls last, s.position, u.ordinal
limit $2
"""
IN_ORDER = f"""
{UPLOAD}
where u.state <> 'removed' and ($1::bigint is null or u.title_id = $1)
order by s.position, s.id, u.ordinal
limit $2
"""
COUNTS = """
select state, count(*) as uploads from uploads.uploads
where state <> 'removed' and ($1::bigint is null or title_id = $1)
group by state
"""
STEPS = """
select at, state, code, detail from uploads.steps where upload_id = $1 order by id desc limit $2
"""

_SCHEDULE = """
select s.id, s.title_id, s.title, c.slug, s.target_id, t.name as target, s.position, s.state, s.choices,
    s.download_first, s.starts_at, s.requested_by, s.created_at,
    coalesce(
        (
            select jsonb_object_agg(each.state, each.uploads) from (
                select u.state, count(*) as uploads from uploads.uploads as u
                where u.schedule_id = s.id and u.state <> 'removed' group by u.state
            ) as each
        ),
        '{}'
    ) as counts
from uploads.schedules as s
join uploads.targets as t on t.id = s.target_id
left join catalog.titles as c on c.id = s.title_id and c.deleted_at is null
"""
ONE_SCHEDULE = f"{_SCHEDULE} where s.id = $1"
SCHEDULES = f"""
{_SCHEDULE}
where s.state in ('active', 'paused') or ($1 and s.state = 'done')
order by s.state = 'done', t.name, s.position, s.id
limit $2
"""
TITLES = """
select t.id, t.title, t.rights, count(e.id) as episodes,
    count(e.id) filter (
        where exists (select from uploads.media_files as m where m.episode_id = e.id and m.state = 'present')
    ) as here
from catalog.titles as t
join catalog.episodes as e on e.title_id = t.id
where t.deleted_at is null and (t.rights <> 'unknown' or t.id = $1)
group by t.id
order by lower(t.title), t.id
limit $2
"""
TARGETS = """
select t.id, t.name, t.kind, t.settings, t.interval_s, t.state, t.state_reason, t.quota_until,
    t.from_environment, t.tested_at, t.test_result,
    coalesce(used.videos, 0) as used_videos, coalesce(used.minutes, 0)::float8 as used_minutes
from uploads.targets as t
left join lateral (
    select count(*) as videos, sum(l.duration_s) / 60 as minutes
    from (
        select distinct on (video_id) duration_s from uploads.ledger
        where (target_id = t.id or identity = t.identity)
            and created_on_target_at > $1::timestamptz - interval '24 hours'
        order by video_id
    ) as l
) as used on true
order by lower(t.name)
"""

_DOWNLOAD = """
select d.id, d.title_id, c.title, c.slug, d.episode_id, e.season, e.number, d.quality, d.state, d.attempts,
    d.server, d.bytes_done, d.bytes_total, d.error_code, d.error_detail, d.next_try_at, d.requested_by,
    d.requested_at, d.started_at, d.finished_at
from uploads.downloads as d
left join catalog.titles as c on c.id = d.title_id
left join catalog.episodes as e on e.id = d.episode_id
"""
ONE_DOWNLOAD = f"{_DOWNLOAD} where d.id = $1"
DOWNLOADS_PAGE = f"""
{_DOWNLOAD}
where ($1::text is null or d.state = $1) and ($2::bigint is null or d.title_id = $2)
    and ($3::timestamptz is null or (d.requested_at, d.id) < ($3, $4::uuid))
order by d.requested_at desc, d.id desc
limit $5
"""
DOWNLOAD_COUNTS = "select state, count(*) as downloads from uploads.downloads group by state"
DISK = """
select count(*) as files, coalesce(sum(size_bytes), 0)::bigint as bytes
from uploads.media_files where state = 'present'
"""
FILES = """
select m.id, m.episode_id, e.season, e.number, m.quality, m.size_bytes, m.duration_s, m.container, m.origin,
    m.state, m.verified_at
from uploads.media_files as m
left join catalog.episodes as e on e.id = m.episode_id
where m.title_id = $1
order by e.season, e.number, m.quality desc nulls last, m.id
"""
