"""The refresher's SQL."""

START_JOB = """
update links.jobs
set state = 'running', started_at = coalesce(started_at, $2), attempts = greatest(attempts, $3),
    updated_at = now()
where id = $1 and state in ('queued', 'running')
"""

# A success after a failure is the truth: the job was given up too early, or tried again by a person.
END_JOB = """
update links.jobs
set state = $2, error_code = $3, error_detail = $4, counts = $5, problems = $6,
    started_at = coalesce(started_at, $7), finished_at = $8, attempts = greatest(attempts, $9),
    browser = $10, updated_at = now()
where id = $1
    and (state in ('queued', 'running') or (state = 'failed' and $2 <> 'failed'))
returning true
"""

JOB_STATE = """
select state from links.jobs where id = $1
"""

CANCEL_JOB = """
update links.jobs
set state = 'cancelled', finished_at = $2, cancelled_by = $3, updated_at = now()
where id = $1 and state in ('queued', 'running')
returning kind, episode_id
"""

HELD_BY_SOURCES = """
select source_id, job_started_at
from links.source_scrapes
where source_id = any($1)
for update
"""

KNOWN_SOURCES = """
select id from catalog.sources where id = any($1) and episode_id = $2
"""

HOLD_SOURCE = """
insert into links.source_scrapes as held (source_id, job_id, job_started_at)
values ($1, $2, $3)
on conflict (source_id) do update
set job_id = excluded.job_id, job_started_at = excluded.job_started_at, updated_at = now()
where held.job_started_at <= excluded.job_started_at
returning true
"""

HELD_LINKS = """
select quality, server, kind, container, url, made_at, expires_at, expiry_basis, expiry_evidence
from links.links
where source_id = $1
"""

LIVES_SEEN = """
select s.server, seen.alive_for_s, seen.dead_by_s, extract(epoch from seen.seen_at)::float8 as seen_at
from unnest($1::text[]) as s (server)
cross join lateral (
    select alive_for_s, dead_by_s, seen_at from links.lifetimes_seen as l
    where l.server = s.server order by l.seen_at desc limit $2
) as seen
"""

# A link whose URL is new is a new generation; the same URL seen again only has its facts renewed.
STORE_LINK = """
insert into links.links as held (
    source_id, episode_id, quality, server, label, kind, container, url, headers, size_bytes, language,
    verified, scraped_at, expires_at, expiry_basis, expiry_evidence, refresh_class,
    job_id, made_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $13)
on conflict (source_id, quality, server, kind, container) do update
set generation = held.generation + (held.url is distinct from excluded.url)::integer,
    made_at = case when held.url is distinct from excluded.url then excluded.made_at else held.made_at end,
    label = excluded.label, url = excluded.url, headers = excluded.headers,
    size_bytes = excluded.size_bytes, language = excluded.language, verified = excluded.verified,
    scraped_at = excluded.scraped_at, expires_at = excluded.expires_at,
    expiry_basis = excluded.expiry_basis, expiry_evidence = excluded.expiry_evidence,
    refresh_class = excluded.refresh_class, job_id = excluded.job_id, updated_at = now()
returning id, generation
"""

KEEP_DEAD_LETTER = """
insert into links.dead_letters
    (consumer, event_id, subject, payload, headers, code, detail, fingerprint, attempts, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (consumer, event_id) where state = 'open' do nothing
returning id
"""

# A queued job may wait its turn for long. One that runs has a scraper, which would have ended it by now.
LOST_JOBS = """
select id, episode_id
from links.jobs
where kind = 'scrape'
    and ((state = 'running' and updated_at < $1) or (state = 'queued' and updated_at < $2))
order by updated_at
limit 100
for update skip locked
"""

END_LOST = """
update links.jobs
set state = 'failed', error_code = 'job_timeout', finished_at = $2, updated_at = now(),
    error_detail = 'The job did not move for a long time: no scraper answered.'
where id = any($1)
"""

END_LOST_CRAWLS = """
update links.jobs
set state = 'failed', error_code = 'job_timeout', finished_at = $3, updated_at = now(),
    error_detail = 'The crawl did not end for a long time: no scraper answered.'
where kind = 'crawl'
    and ((state = 'running' and updated_at < $1) or (state = 'queued' and updated_at < $2))
returning id
"""

# A source counts as gone once for each day at most, and not at all once it was anything else.
COUNT_GONE = """
insert into links.source_gone as held (source_id, times, first_at, last_at)
select id, 1, $2, $2 from catalog.sources where id = any($1)
on conflict (source_id) do update set times = held.times + 1, last_at = excluded.last_at
where held.last_at <= $3
"""

FORGET_GONE = """
delete from links.source_gone where source_id = any($1)
"""

FORGET_GONE_OF_EPISODE = """
delete from links.source_gone as g using catalog.sources as s
where s.id = g.source_id and s.episode_id = $1
"""

# The verdict must be on the link that is stored: of any other, nobody knows when it was made.
SEE_DEATHS = """
insert into links.lifetimes_seen (server, alive_for_s, dead_by_s, seen_at)
select l.server, least(life.alive_s, life.dead_s), life.dead_s, $4
from unnest($1::bigint[], $2::integer[], $3::timestamptz[]) as d (link_id, generation, ok_at)
join links.links as l on l.id = d.link_id and l.generation = d.generation
cross join lateral (
    select greatest(extract(epoch from coalesce(d.ok_at, l.made_at) - l.made_at), 0)::float8 as alive_s,
        extract(epoch from $4::timestamptz - l.made_at)::float8 as dead_s
) as life
where life.dead_s > 0
"""

# A link that was seen alive and then replaced lived at least so long.
SEE_SURVIVORS = """
insert into links.lifetimes_seen (server, alive_for_s, dead_by_s, seen_at)
select l.server, extract(epoch from h.last_ok_at - l.made_at)::float8, null, $7
from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[])
    as n (source_id, quality, server, kind, container, url)
join links.links as l on l.source_id = n.source_id and l.quality is not distinct from n.quality
    and l.server = n.server and l.kind = n.kind and l.container = n.container and l.url <> n.url
join health.link_health as h on h.link_id = l.id and h.generation = l.generation
where h.state = 'alive' and h.last_ok_at > l.made_at
"""

PURGE = (
    "delete from links.jobs where finished_at < now() - interval '90 days'",
    """
    delete from links.links
    where expires_at < now() - interval '30 days' and updated_at < now() - interval '30 days'
    """,
    "delete from links.host_hours where hour < now() - interval '2 days'",
    "delete from links.lifetimes_seen where seen_at < now() - interval '90 days'",
    """
    delete from links.lifetimes_seen where id in (
        select id from (
            select id, row_number() over (partition by server order by seen_at desc, id desc) as newest
            from links.lifetimes_seen
        ) as seen where newest > 1000
    )
    """,
)
