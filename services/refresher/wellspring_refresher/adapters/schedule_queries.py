"""The SQL of the refresh schedule."""

# Nobody has asked for these yet: the first scrape is a person's, the later ones are ours.
KNOW_EPISODES = """
insert into links.refresh_schedule (episode_id, due_at, why, urgency)
select id, 'infinity', 'never_scraped', 3 from catalog.episodes where id = any($1) order by id
on conflict (episode_id) do nothing
"""

# Into the trash and out of it, the last source gone and the first one there: all else keeps its turn.
MISPLACED = """
select s.episode_id
from links.refresh_schedule as s
join catalog.episodes as e on e.id = s.episode_id
join catalog.titles as t on t.id = e.title_id
where s.episode_id = any($1)
    and (
        (t.deleted_at is not null) <> (s.why = 'in_trash')
        or (s.why = 'no_source')
            = exists (select from catalog.sources as c where c.episode_id = s.episode_id)
    )
"""

EPISODES = """
select s.episode_id, s.popularity, s.popularity_at, s.watched_at, s.next_up_since,
    s.starved_since is not null as starved, s.starved_scrapes, s.failures, s.failed_at, s.last_scraped_at,
    t.deleted_at is not null as in_trash,
    exists (select from catalog.sources as c where c.episode_id = s.episode_id) as has_sources
from links.refresh_schedule as s
join catalog.episodes as e on e.id = s.episode_id
join catalog.titles as t on t.id = e.title_id
where s.episode_id = any($1)
order by s.episode_id
for update of s
"""

# A verdict on another generation counts for nothing.
LINKS = """
select l.episode_id, l.server, l.quality, l.expires_at, l.expiry_basis, l.refresh_class,
    coalesce(h.state = 'dead' and h.generation = l.generation, false) as dead
from links.links as l
left join health.link_health as h on h.link_id = l.id
where l.episode_id = any($1)
"""

# A turn that was taken stays taken until its job has ended, whatever else happens meanwhile ($14).
SAVE = """
update links.refresh_schedule as s
set due_at = case when $14::boolean and s.why = 'requested' and s.due_at > $13
        then s.due_at else coalesce(n.due_at, 'infinity') end,
    why = case when $14::boolean and s.why = 'requested' and s.due_at > $13 then s.why else n.why end,
    urgency = case when $14::boolean and s.why = 'requested' and s.due_at > $13
        then s.urgency else n.urgency end,
    popularity = n.popularity, popularity_at = n.popularity_at,
    watched_at = n.watched_at, next_up_since = n.next_up_since,
    starved_since = case when n.starved then coalesce(s.starved_since, $13) end,
    starved_scrapes = n.starved_scrapes, failures = n.failures, failed_at = n.failed_at,
    last_scraped_at = n.last_scraped_at, updated_at = now()
from unnest(
    $1::bigint[], $2::timestamptz[], $3::text[], $4::smallint[], $5::float8[], $6::timestamptz[],
    $7::timestamptz[], $8::timestamptz[], $9::boolean[], $10::integer[], $11::integer[],
    $12::timestamptz[], $15::timestamptz[]
) as n (
    episode_id, due_at, why, urgency, popularity, popularity_at, watched_at, next_up_since, starved,
    starved_scrapes, failures, failed_at, last_scraped_at
)
where s.episode_id = n.episode_id
"""

# A turn that was taken by a job which nobody wants any more comes again. Any other turn stays as it was.
SCHEDULE_AGAIN = """
update links.refresh_schedule
set due_at = $2, why = 'cancelled', updated_at = now()
where episode_id = $1 and why = 'requested'
"""

NEXT_EPISODE = """
select n.id
from catalog.episodes as e
join catalog.episodes as n on n.title_id = e.title_id and (n.season, n.number) > (e.season, e.number)
where e.id = $1
order by n.season, n.number
limit 1
"""

WAITING_JOBS = """
select count(*) from links.jobs where state in ('queued', 'running') and lane = 'background'
"""

# One index range for each urgency, in their order, and no further than the limit. A claimed turn is pushed
# ahead, so that it comes again if its job is lost.
CLAIM_DUE = """
with due as (
    select turn.episode_id, turn.due_at, turn.why, turn.urgency
    from unnest('{0,1,2,3}'::smallint[]) as of (urgency)
    cross join lateral (
        select s.episode_id, s.due_at, s.why, s.urgency
        from links.refresh_schedule as s
        where s.urgency = of.urgency and s.due_at <= $1
        order by s.due_at
        limit $2
        for update skip locked
    ) as turn
    limit $2
)
update links.refresh_schedule as s
set due_at = $3, why = 'requested', updated_at = now()
from due
where s.episode_id = due.episode_id
returning s.episode_id, due.due_at, due.why, due.urgency, s.watched_at
"""

# What is over the budget of a host keeps its reason.
MOVE_TURNS = """
update links.refresh_schedule as s
set due_at = n.due_at, why = n.why, updated_at = now()
from unnest($1::bigint[], $2::timestamptz[], $3::text[]) as n (episode_id, due_at, why)
where s.episode_id = n.episode_id
"""

LIVE_SCRAPES = """
select episode_id from links.jobs
where kind = 'scrape' and state in ('queued', 'running') and episode_id = any($1)
"""

QUEUE_JOBS = """
insert into links.jobs (id, kind, episode_id, lane, reason, requested_by, requested_at)
select n.id, 'scrape', n.episode_id, 'background', n.reason, 'refresher', $4
from unnest($1::uuid[], $2::bigint[], $3::text[]) as n (id, episode_id, reason)
on conflict (episode_id) where kind = 'scrape' and state in ('queued', 'running') do nothing
returning id
"""

EPISODE_SOURCES = """
select c.id, c.episode_id, c.quality, c.url, c.definition, c.language
from catalog.sources as c
join catalog.episodes as e on e.id = c.episode_id
join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
where c.episode_id = any($1)
order by c.episode_id, c.quality, c.id
"""

OPEN_HOURS = """
insert into links.host_hours (host, hour)
select host, $2 from unnest($1::text[]) as host order by host
on conflict (host, hour) do nothing
"""

USED_HOURS = """
select host, hour, asked, moved from links.host_hours
where host = any($1) and hour >= $2
order by host, hour
for update
"""

COUNT_HOURS = """
insert into links.host_hours as held (host, hour, asked, moved)
select * from unnest($1::text[], $2::timestamptz[], $3::integer[], $4::integer[])
on conflict (host, hour) do update
set asked = held.asked + excluded.asked, moved = held.moved + excluded.moved
"""

OVERDUE = """
select count(*) as episodes, min(due_at) as oldest
from links.refresh_schedule
where urgency = any('{0,1,2,3}'::smallint[]) and due_at <= $1
"""

# One look, by indexes alone, tells whether a sweep has anything to do at all.
LOOK = """
select turns.episodes, turns.oldest,
    exists (
        select from links.jobs
        where (kind = 'scrape' and state = 'running' and updated_at < $2)
            or (kind = 'scrape' and state = 'queued' and updated_at < $3)
            or (kind = 'crawl' and state = 'running' and updated_at < $4)
            or (kind = 'crawl' and state = 'queued' and updated_at < $5)
    ) as has_lost
from (
    select count(*) as episodes, min(due_at) as oldest
    from links.refresh_schedule
    where urgency = any('{0,1,2,3}'::smallint[]) and due_at <= $1
) as turns
"""

PLANNED_BY = """
select rules, planned_to from links.planned_by for update skip locked
"""

# What nobody ever asked for has no turn by any rules.
NEXT_TO_PLAN = """
select episode_id
from links.refresh_schedule
where episode_id > $1 and (last_scraped_at is not null or next_up_since is not null)
order by episode_id
limit $2
"""

PLANNED_TO = """
update links.planned_by set rules = $1, planned_to = $2, updated_at = now()
"""
