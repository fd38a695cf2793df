"""The SQL of schedules and of what people decide about uploads."""

LOCK = "select pg_advisory_xact_lock(hashtextextended('uploads.schedules', 0))"

TITLE = """
select id, title, rights, year, synopsis from catalog.titles where id = $1 and deleted_at is null
"""

TARGETS = """
select id, name, settings, from_environment from uploads.targets where $1::bigint is null or id = $1
order by from_environment desc, id limit 2
"""

# `known` is the upload of this episode on this target, `is_out` whether the platform has it for good.
EPISODES = """
select e.id as episode_id, e.season, e.number, e.name, m.id as media_file_id, m.path, m.size_bytes,
    m.duration_s, m.sha256, u.id as known_id, u.state as known_state, u.schedule_id as known_schedule,
    coalesce(l.published_at is not null, false) as is_out
from catalog.episodes as e
left join lateral (
    select f.id, f.path, f.size_bytes, f.duration_s, f.sha256 from uploads.media_files as f
    where f.episode_id = e.id and f.state = 'present'
    order by f.quality desc nulls last, f.id desc limit 1
) as m on true
left join uploads.uploads as u on u.target_id = $2 and u.episode_id = e.id and u.state <> 'removed'
left join uploads.ledger as l on l.target_id = $2 and l.episode_id = e.id
where e.title_id = $1
order by e.season, e.number, e.id
"""

LIVE = """
select id, title, starts_at, state, position,
    (select count(*) from uploads.uploads as u
        where u.schedule_id = s.id and u.state <> 'removed') as episodes
from uploads.schedules as s
where title_id = $1 and target_id = $2 and state in ('active', 'paused')
"""

# What is said once more counts for all that is not out yet.
SET_CHOICES = "update uploads.schedules set choices = $2, updated_at = now() where id = $1 and choices <> $2"

ADD_SCHEDULE = """
insert into uploads.schedules (title_id, target_id, title, position, choices, download_first, starts_at,
    requested_by, created_at)
select $1, $2, $3, coalesce(max(position), 0) + 1, $4, $5, $6, $7, $8
from uploads.schedules where target_id = $2
returning id
"""

# What an earlier schedule left out starts afresh in this one.
MAKE_ROOM = """
update uploads.uploads set state = 'removed', planned_at = null, waits_for = null, seq = seq + 1,
    updated_at = now()
where id = any($1) and state in ('skipped', 'needs_fix')
"""

ADD_UPLOAD = """
insert into uploads.uploads
    (id, schedule_id, target_id, title_id, episode_id, season, number, ordinal, marker)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

LAST_ORDINAL = "select coalesce(max(ordinal), 0) from uploads.uploads where schedule_id = $1"

# What waits of a title goes out by its episodes' numbers as they are now, in the places that it has.
IN_EPISODE_ORDER = """
with waiting as (
    select u.id, u.schedule_id, u.ordinal, e.season, e.number,
        row_number() over (partition by u.schedule_id order by e.season, e.number, e.id) as nth
    from uploads.uploads as u join catalog.episodes as e on e.id = u.episode_id
    where u.title_id = $1 and u.state in ('planned', 'failed', 'quota_wait')
), places as (
    select schedule_id, ordinal, row_number() over (partition by schedule_id order by ordinal, id) as nth
    from waiting
)
update uploads.uploads as u
set ordinal = p.ordinal, season = w.season, number = w.number, updated_at = now()
from waiting as w join places as p using (schedule_id, nth)
where u.id = w.id and (u.ordinal, u.season, u.number) is distinct from (p.ordinal, w.season, w.number)
"""

FIND_SCHEDULES = """
select id, title, target_id, state from uploads.schedules
where ($1::bigint is null or id = $1) and ($2::bigint is null or title_id = $2) and state <> 'removed'
order by state in ('active', 'paused') desc, id desc
for update
"""

REMOVE_UPLOADS = """
update uploads.uploads
set state = 'removed', planned_at = null, waits_for = null, next_try_at = null, seq = seq + 1,
    updated_at = now()
where schedule_id = any($1) and state in ('planned', 'failed', 'quota_wait')
returning id, target_id, (select kind from uploads.targets as t where t.id = target_id) as kind
"""

STEPS_OF = """
insert into uploads.steps (upload_id, at, state, code, detail) select id, $2, $3, $4, $5
from unnest($1::uuid[]) as id
"""

# What is on its way goes to its end; then the schedule is done.
END_REMOVED = """
update uploads.schedules as s
set state = case
        when exists (select from uploads.uploads as u where u.schedule_id = s.id
            and u.state in ('session', 'sending', 'sent', 'create_intent', 'unconfirmed', 'created',
                'publish_intent')) then s.state
        when exists (select from uploads.uploads as u where u.schedule_id = s.id
            and u.state in ('published', 'encoding', 'live')) then 'done'
        else 'removed' end,
    updated_at = now()
where s.id = any($1) and s.state in ('active', 'paused', 'done')
"""

SET_STATE = """
update uploads.schedules set state = $2, updated_at = now() where id = $1 and state in ('active', 'paused')
"""

# The others keep their order, and the gap is closed by counting anew.
MOVE = """
with wanted as (
    select s.id, row_number() over (order by
        case when s.id = $1 then coalesce(b.position - 0.5, 'infinity'::float8) else s.position::float8 end,
        s.id
    ) as position
    from uploads.schedules as s
    left join uploads.schedules as b on b.id = $2
    where s.target_id = $3 and s.state in ('active', 'paused')
), lowest as (
    select min(position) as position from uploads.schedules
    where target_id = $3 and state in ('active', 'paused')
)
update uploads.schedules as s set position = lowest.position + wanted.position - 1, updated_at = now()
from wanted, lowest where s.id = wanted.id
"""

UPLOAD_FOR_UPDATE = (
    "select state, schedule_id, target_id, session, video_id from uploads.uploads where id = $1 for update"
)

TRY_AGAIN = """
update uploads.uploads
set state = 'planned', tries = 0, next_try_at = $2, error_code = null, error_detail = null, session = $3,
    video_id = case when $4 then null else video_id end,
    video_url = case when $4 then null else video_url end,
    published_at = case when $4 then null else published_at end,
    completed_at = case when $4 then null else completed_at end,
    created_on_target_at = case when $4 then null else created_on_target_at end,
    planned_at = null, waits_for = null, bytes_sent = 0, seq = seq + 1, updated_at = now()
where id = $1
"""

SKIP = """
update uploads.uploads
set state = 'skipped', error_code = 'skipped_by_person', error_detail = $2, next_try_at = null,
    planned_at = null, waits_for = null, seq = seq + 1, updated_at = now()
where id = $1
"""

# Its gap is filled again: a schedule that was done goes on, unless another one has taken its place.
GO_ON = """
update uploads.schedules as s set state = 'active', updated_at = now()
where s.id = $1 and s.state in ('done', 'removed') and not exists (
    select from uploads.schedules as o
    where o.title_id = s.title_id and o.target_id = s.target_id and o.state in ('active', 'paused')
)
"""

SCHEDULE_STATE = "select state from uploads.schedules where id = $1"

DROP_EPISODES = """
update uploads.uploads as u
set state = 'removed', planned_at = null, waits_for = null, next_try_at = null, seq = seq + 1,
    updated_at = now()
where u.title_id = $1 and u.state in ('planned', 'failed', 'quota_wait')
    and not exists (select from catalog.episodes as e where e.id = u.episode_id)
returning u.id
"""
