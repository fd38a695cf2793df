"""The SQL of uploads and of what belongs to them."""

_COLUMNS = """
u.id as upload_id, u.schedule_id, u.target_id, u.title_id, s.title, u.episode_id, u.season, u.number,
u.ordinal, s.choices, u.marker, u.state, u.tries, u.next_try_at, u.error_code, u.error_detail,
u.media_file_id, u.sha256, u.size_bytes, u.duration_s, u.bytes_sent, u.session, u.video_title, u.video_id,
u.video_url, u.intended_at, u.looked_at, u.looks, u.seq, u.started_at, u.created_on_target_at,
u.published_at, u.completed_at
from uploads.uploads as u join uploads.schedules as s on s.id = u.schedule_id
"""

CHANNEL = """
select id as target_id, name, kind, settings, interval_s, state, quota_until, quota_refusals, last_started_at,
    fence, identity, coalesce(test_result -> 'limits', '{}') as told_limits
from uploads.targets where id = $1
"""

CHANNELS = "select id from uploads.targets order by id"

UPLOAD = f"select {_COLUMNS} where u.id = $1"

UNDER_WAY = f"""
select {_COLUMNS} where u.target_id = $1 and u.state = any($2)
order by u.started_at, u.id limit 1
"""

WATCHED = f"""
select {_COLUMNS}
where u.target_id = $1 and u.state in ('published', 'encoding')
    and (u.next_try_at is null or u.next_try_at <= $2)
order by u.next_try_at nulls first, u.published_at limit 20
"""

NEXT_LOOK = """
select min(coalesce(next_try_at, published_at)) from uploads.uploads
where target_id = $1 and state in ('published', 'encoding')
"""

LITTER = f"""
select {_COLUMNS}
where u.target_id = $1 and u.state in ('needs_fix', 'skipped', 'removed')
    and u.video_id is not null and u.published_at is null
order by u.updated_at limit 20
"""

# The same episode may be there more than once only where it was taken off and added again.
EARLIER = f"""
select {_COLUMNS}
where u.target_id = $1 and u.episode_id = $2 and u.id <> $3
    and u.state = 'removed' and u.video_id is not null and u.published_at is null
order by u.updated_at
"""

HEIR = f"""
select {_COLUMNS} where u.target_id = $1 and u.episode_id = $2 and u.id <> $3 and u.state <> 'removed'
"""

# Whichever channel they were: an instance may have another name since, and our own tag is looked for.
FORMERS = """
select l.upload_id, l.sha256, l.size_bytes, l.duration_s, l.created_on_target_at,
    l.published_at is not null as is_out
from uploads.ledger as l
where l.episode_id = $1 and not exists (select from uploads.targets as t where t.id = l.target_id)
order by l.created_on_target_at desc limit 5
"""

# A listing may lag: what was in doubt is looked for once more after it went on.
DOUBTFUL = f"""
select {_COLUMNS}
where u.target_id = $1 and u.session ? 'doubt' and u.state = any($2)
    and (u.session ->> 'sweep_at' is null or (u.session ->> 'sweep_at')::timestamptz <= $3)
order by u.intended_at limit 1
"""

NEXT_SWEEP = """
select min((session ->> 'sweep_at')::timestamptz) from uploads.uploads
where target_id = $1 and session ? 'doubt' and state = any($2)
"""

LAST_VERDICT = """
select state from uploads.uploads
where target_id = $1 and id <> $2 and state in ('live', 'rejected') and looked_at is not null
order by looked_at desc, id desc limit 1
"""

USED = """
select distinct on (l.video_id) l.created_on_target_at, l.duration_s
from uploads.ledger as l join uploads.targets as t on t.id = $1
where (l.target_id = t.id or l.identity = t.identity) and l.created_on_target_at > $2
order by l.video_id
"""

FENCE = "select fence from uploads.targets where id = $1 for no key update"

SAVE = """
update uploads.uploads
set state = $3, tries = $4, next_try_at = $5, error_code = $6, error_detail = $7, media_file_id = $8,
    sha256 = $9, size_bytes = $10, duration_s = $11, bytes_sent = $12, session = $13, video_title = $14,
    video_id = $15, video_url = $16, intended_at = $17, looked_at = $18, looks = $19, started_at = $20,
    created_on_target_at = $21, published_at = $22, completed_at = $23, seq = seq + 1,
    planned_at = case when $3 = any($24) then planned_at when state = any($24) then null else planned_at end,
    waits_for = case when $3 = any($24) then waits_for else null end, updated_at = now()
where id = $1 and state = $2
returning seq
"""

STEP = "insert into uploads.steps (upload_id, at, state, code, detail) values ($1, $2, $3, $4, $5)"

PROGRESS = """
update uploads.uploads as u set bytes_sent = $3, seq = seq + 1, updated_at = now()
from uploads.targets as t
where u.id = $1 and u.state = 'sending' and t.id = u.target_id and t.fence = $2
returning u.seq
"""

STARTED = "update uploads.targets set last_started_at = $2 where id = $1"

QUOTA_REFUSED = """
update uploads.targets set quota_until = $2, quota_refusals = quota_refusals + 1 where id = $1
"""

QUOTA_FREE = """
update uploads.targets set quota_until = null, quota_refusals = 0
where id = $1 and (quota_until is not null or quota_refusals > 0)
"""

# A person's own pause stays what it is.
STOP = """
update uploads.targets set state = $2, state_reason = $3, updated_at = now()
where id = $1 and state in ('ready', 'auth_paused')
"""

# The row knows the episode: titles may have been merged since it was read.
ENTER_LEDGER = """
insert into uploads.ledger (target_id, episode_id, title_id, upload_id, video_id, video_url, sha256,
    size_bytes, duration_s, created_on_target_at, published_at, identity)
select t.id, u.episode_id, u.title_id, u.id, $3, $4, $5, $6, $7, $8, $9, t.identity
from uploads.uploads as u join uploads.targets as t on t.id = u.target_id
where t.id = $1 and u.id = $2
on conflict (target_id, episode_id) do update
set identity = excluded.identity, upload_id = excluded.upload_id, video_id = excluded.video_id,
    video_url = excluded.video_url, sha256 = excluded.sha256, size_bytes = excluded.size_bytes,
    duration_s = excluded.duration_s, created_on_target_at = excluded.created_on_target_at,
    published_at = excluded.published_at, updated_at = now()
"""

# What was published is remembered for ever.
LEAVE_LEDGER = """
delete from uploads.ledger
where target_id = $1 and upload_id = $2 and published_at is null
"""

# A schedule whose uploads all ended is done; one of them that is tried again makes it active again.
END_SCHEDULE = """
update uploads.schedules as s set state = 'done', updated_at = now()
where s.id = $1 and s.state in ('active', 'paused') and not exists (
    select from uploads.uploads as u where u.schedule_id = s.id
        and u.state not in ('published', 'encoding', 'live', 'skipped', 'needs_fix', 'rejected', 'removed')
)
"""

FILM = """
select m.id as media_file_id, m.path, m.size_bytes, m.duration_s, m.sha256
from uploads.media_files as m
where m.episode_id = $1 and m.state = 'present'
order by m.id = $2 desc nulls last, m.quality desc nulls last, m.id desc limit 1
"""

FACTS = """
select t.title, e.season, e.number, e.name as episode, t.year, t.synopsis
from catalog.episodes as e join catalog.titles as t on t.id = e.title_id
where e.id = $1 and t.deleted_at is null and t.rights in ('owned', 'licensed', 'public_domain')
"""

PLAYLIST = """
select playlist_id from uploads.playlists where target_id = $1 and title_id = $2 and season = $3
"""

KEEP_PLAYLIST = """
insert into uploads.playlists (target_id, title_id, season, playlist_id) values ($1, $2, $3, $4)
on conflict (target_id, title_id, season) do update set playlist_id = excluded.playlist_id
"""

CHANNEL_OF_WAKES = "uploads_wake"
WAKE = f"select pg_notify('{CHANNEL_OF_WAKES}', '')"
