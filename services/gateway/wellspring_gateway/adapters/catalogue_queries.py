"""The SQL of catalogues and their crawls."""

_CATALOGUE = """
select c.id, c.name, c.definition, c.base_urls, c.enabled, c.is_default, c.every_minutes,
    c.full_every_hours, c.language, c.rights, c.next_ongoing_at, c.next_full_at, c.last_job_id, c.last_state,
    c.last_code, c.last_detail, c.last_finished_at,
    (
        select count(*) from catalog.catalog_refs as r
        where r.kind = 'title' and r.definition = c.definition
    ) as titles,
    array(
        select j.id::text from links.jobs as j
        where j.catalogue_id = c.id and j.kind = 'crawl' and j.state in ('queued', 'running')
        order by j.requested_at
    ) as live_jobs
from catalog.catalogues as c
"""

ALL = f"{_CATALOGUE} order by c.is_default desc, lower(c.name)"

ONE = f"{_CATALOGUE} where c.id = $1"

DEFAULT = f"{_CATALOGUE} order by c.is_default desc, c.id limit 2"

NO_DEFAULT = """
update catalog.catalogues set is_default = false, updated_at = now()
where is_default and id is distinct from $1
"""

ADD = """
insert into catalog.catalogues (
    name, definition, base_urls, enabled, is_default, every_minutes, full_every_hours, language, rights,
    next_ongoing_at, next_full_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
returning id
"""

# What was planned stays planned, unless the pause or the switch says otherwise.
CHANGE = """
update catalog.catalogues
set name = $2, definition = $3, base_urls = $4, enabled = $5, is_default = $6, every_minutes = $7,
    full_every_hours = $8, language = $9, rights = $10,
    next_ongoing_at = case when every_minutes is distinct from $7 or next_ongoing_at is null
        then $11 else next_ongoing_at end,
    next_full_at = case when full_every_hours is distinct from $8 or next_full_at is null
        then $12 else next_full_at end,
    addresses_at = case when base_urls is distinct from $4 then $13 else addresses_at end,
    updated_at = now()
where id = $1
returning id
"""

REMOVE = "delete from catalog.catalogues where id = $1 returning true"

TO_CRAWL = "select id, definition, base_urls from catalog.catalogues where id = $1"

CLAIM_DUE = """
select id, definition, base_urls, every_minutes, full_every_hours,
    coalesce(next_full_at <= $1, false) as full_is_due
from catalog.catalogues
where enabled and least(next_ongoing_at, next_full_at) <= $1
order by least(next_ongoing_at, next_full_at)
limit 1
for update skip locked
"""

PLAN = """
update catalog.catalogues
set next_ongoing_at = case when next_ongoing_at is not null then $2::timestamptz end,
    next_full_at = case when $4 then $3 else next_full_at end, updated_at = now()
where id = $1
"""

QUEUE = """
insert into links.jobs (
    id, kind, catalogue_id, scope, query, lane, reason, requested_by, requested_at
)
values ($1, 'crawl', $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing
returning true
"""

LIVE = """
select id from links.jobs
where catalogue_id = $1 and scope = $2 and query = $3 and kind = 'crawl' and state in ('queued', 'running')
"""

LOCK_ONE = """
select base_urls, addresses_at, last_finished_at from catalog.catalogues where id = $1 for update
"""

TARGET_OF_JOB = "select catalogue_id, scope, query from links.jobs where id = $1"

SCOPE_OF_JOB = "select scope, requested_at from links.jobs where id = $1"

FINISH = """
update catalog.catalogues
set last_job_id = $2, last_state = $3, last_code = $4, last_detail = $5, last_finished_at = $6,
    base_urls = $7, updated_at = now()
where id = $1
"""

NO_ONGOING = "update catalog.catalogues set next_ongoing_at = null where id = $1"

# `least` passes over nulls: what is read on demand only would get a plan.
FULL_SOONER = """
update catalog.catalogues set next_full_at = least(next_full_at, $2)
where id = $1 and next_full_at is not null
"""

KEY_OF = """
select c.id, r.external_key
from catalog.catalog_refs as r
join catalog.titles as t on t.id = r.title_id and t.deleted_at is null
join catalog.catalogues as c on c.definition = r.definition
where r.title_id = $1 and r.kind = 'title'
order by c.is_default desc, r.standing, c.id
limit 1
"""

RESULT = """
select titles_added, titles_changed, titles_unchanged, episodes_added, sources_added, sources_moved, refused
from catalog.crawl_results
where job_id = $1
"""

PURGE = (
    "delete from catalog.crawl_results where updated_at < $1::timestamptz - interval '90 days'",
    "delete from catalog.download_wishes where created_at < $1::timestamptz - interval '90 days'",
    """
    delete from catalog.merge_candidates
    where state <> 'open' and updated_at < $1::timestamptz - interval '400 days'
    """,
    """
    delete from catalog.definitions
    where not enabled and updated_at < $1::timestamptz - interval '365 days'
    """,
)
