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

# A link whose URL is new is a new generation; the same URL seen again only has its facts renewed.
STORE_LINK = """
insert into links.links as held (
    source_id, episode_id, quality, server, label, kind, container, url, headers, size_bytes, language,
    verified, scraped_at, expires_at, expiry_basis, refresh_class, job_id
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
on conflict (source_id, quality, server, kind, container) do update
set generation = held.generation + (held.url is distinct from excluded.url)::integer,
    label = excluded.label, url = excluded.url, headers = excluded.headers,
    size_bytes = excluded.size_bytes, language = excluded.language, verified = excluded.verified,
    scraped_at = excluded.scraped_at, expires_at = excluded.expires_at,
    expiry_basis = excluded.expiry_basis, refresh_class = excluded.refresh_class,
    job_id = excluded.job_id, updated_at = now()
returning id, generation
"""

FAILURES = """
select failures from links.refresh_schedule where episode_id = $1
"""

# An episode that was removed while it was being scraped has no schedule.
SCHEDULE_SUCCESS = """
insert into links.refresh_schedule (episode_id, due_at, why, last_scraped_at, failures)
select id, $2::timestamptz, 'expiry', $3::timestamptz, $4::integer from catalog.episodes where id = $1
on conflict (episode_id) do update
set due_at = excluded.due_at, why = excluded.why, last_scraped_at = excluded.last_scraped_at,
    failures = excluded.failures, updated_at = now()
"""

COUNT_FAILURE = """
insert into links.refresh_schedule as held (episode_id, due_at, why, failures)
select id, 'infinity'::timestamptz, 'failed', 1 from catalog.episodes where id = $1
on conflict (episode_id) do update
set failures = held.failures + 1, why = 'failed', updated_at = now()
returning failures, last_scraped_at is not null as was_scraped
"""

SCHEDULE_RETRY = """
update links.refresh_schedule set due_at = $2, updated_at = now() where episode_id = $1
"""

# A turn that was taken by a job which nobody wants any more comes again. Any other turn stays as it was.
SCHEDULE_AGAIN = """
update links.refresh_schedule
set due_at = $2, why = 'cancelled', updated_at = now()
where episode_id = $1 and why = 'requested'
"""

KEEP_DEAD_LETTER = """
insert into links.dead_letters
    (consumer, event_id, subject, payload, headers, code, detail, fingerprint, attempts, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (consumer, event_id) where state = 'open' do nothing
returning id
"""

# Nobody has asked for these yet: the first scrape is a person's, the later ones are ours.
KNOW_EPISODES = """
insert into links.refresh_schedule (episode_id, due_at, why)
select id, 'infinity', 'never_scraped' from catalog.episodes where id = any($1)
on conflict (episode_id) do nothing
"""

WAITING_JOBS = """
select count(*) from links.jobs where state in ('queued', 'running') and lane = 'background'
"""

CLAIM_DUE = """
select episode_id, due_at
from links.refresh_schedule
where due_at <= $1
order by due_at
limit $2
for update skip locked
"""

PUSH_DUE = """
update links.refresh_schedule
set due_at = $2, why = 'requested', updated_at = now()
where episode_id = any($1)
"""

QUEUE_JOB = """
insert into links.jobs (id, kind, episode_id, lane, reason, requested_by, requested_at)
values ($1, 'scrape', $2, 'background', $3, 'refresher', $4)
on conflict (episode_id) where kind = 'scrape' and state in ('queued', 'running') do nothing
returning true
"""

EPISODE_SOURCES = """
select id, episode_id, quality, url, definition, language
from catalog.sources
where episode_id = any($1)
order by episode_id, quality, id
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

OVERDUE = """
select count(*) as episodes, min(due_at) as oldest from links.refresh_schedule where due_at <= $1
"""

PURGE = (
    "delete from links.jobs where finished_at < now() - interval '90 days'",
    """
    delete from links.links
    where expires_at < now() - interval '30 days' and updated_at < now() - interval '30 days'
    """,
)
