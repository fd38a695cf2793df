"""Everything that a player needs of one episode, by one statement: as of one moment, in one round trip.

The columns of a row stand in the order of the fields of what they become. JSON comes as text: within a row
asyncpg reads it by no codec of ours.
"""

_MASTERS = """
select row(s.id, s.quality, s.url)
from catalog.sources as s
where s.episode_id = e.id
order by s.quality, s.id
"""

_LINKS = """
select row(l.id, l.generation, l.source_id, l.quality, l.server, l.label, l.kind, l.container, l.url,
    l.headers <> '{}', l.size_bytes, l.language, l.expires_at, l.expiry_basis, coalesce(h.state, 'unknown'),
    h.last_checked_at, h.last_ok_at, h.latency_ms, l.expiry_evidence, h.reason, h.evidence_first_at,
    coalesce(s.position <> 'closed', false), l.refresh_class, l.scraped_at)
from links.links as l
left join health.link_health as h on h.link_id = l.id and h.generation = l.generation
left join health.host_state as s on s.host = h.host
where l.episode_id = e.id
"""

_JOB = """
select row(j.id, j.kind, j.episode_id, j.lane, j.reason, j.requested_by, j.state, j.attempts, j.error_code,
    j.error_detail, j.counts::text, j.problems::text, j.browser::text, j.requested_at, j.started_at,
    j.finished_at, j.cancelled_by)
from links.jobs as j
where j.episode_id = e.id and j.kind = 'scrape'
order by j.requested_at desc
limit 1
"""

_RECENT = """
select row(
    (
        select max(j.requested_at) from links.jobs as j
        where j.episode_id = e.id and j.kind = 'scrape' and j.lane = 'interactive' and j.state <> 'cancelled'
    ),
    count(*),
    max(f.finished_at)
)
from links.jobs as f
where f.episode_id = e.id and f.kind = 'scrape' and f.state = 'failed'
    and f.finished_at > coalesce(
        (
            select max(j.finished_at) from links.jobs as j
            where j.episode_id = e.id and j.kind = 'scrape' and j.state in ('succeeded', 'partial')
        ),
        '-infinity'
    )
"""

STATE = f"""
select array({_MASTERS}), array({_LINKS}), array({_JOB}), ({_RECENT})
from catalog.episodes as e
join catalog.titles as t on t.id = e.title_id
where e.id = $1 and t.deleted_at is null
"""  # noqa: S608  (constants)
