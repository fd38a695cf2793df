"""Everything that a player needs of an episode, by one statement: as of one moment, in one round trip.

It comes as JSON, whose rows stand in the order of the fields of what they become: asyncpg takes twice as long
to read as many rows within a row. Its moments are UTC, like all of our connections.
"""

from datetime import datetime
from typing import Any

import orjson

from ..domain.cooldown import RecentJobs
from ..domain.offers import Link
from ..domain.state import Job, Master

_MASTERS = """
select json_agg(json_build_array(s.id, s.quality, s.url) order by s.quality, s.id)
from catalog.sources as s
where s.episode_id = e.id
"""

LINKS = """
select json_agg(json_build_array(l.id, l.generation, l.source_id, l.quality, l.server, l.label, l.kind,
    l.container, l.url, l.headers <> '{}', l.size_bytes, l.language, l.expires_at, l.expiry_basis,
    coalesce(h.state, 'unknown'),
    h.last_checked_at, h.last_ok_at, h.latency_ms, l.expiry_evidence, h.reason, h.evidence_first_at,
    coalesce(s.position <> 'closed', false), l.refresh_class, l.scraped_at))
from links.links as l
left join health.link_health as h on h.link_id = l.id and h.generation = l.generation
left join health.host_state as s on s.host = h.host
where l.episode_id = e.id
"""
"""The links of one episode, called `e`: for `links_of`."""

_JOB = """
select json_build_array(j.id, j.kind, j.episode_id, j.lane, j.reason, j.requested_by, j.state,
    j.attempts, j.error_code, j.error_detail, j.counts, j.problems, j.browser, j.requested_at, j.started_at,
    j.finished_at, j.cancelled_by)
from links.jobs as j
where j.episode_id = e.id and j.kind = 'scrape'
order by j.requested_at desc
limit 1
"""

_RECENT = """
select json_build_array(
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

STATES = f"""
select e.id, json_build_array(({_MASTERS}), ({LINKS}), ({_JOB}), ({_RECENT}))::text
from catalog.episodes as e
where e.id = any((select $1::bigint[])::bigint[])
    and (select t.deleted_at is null from catalog.titles as t where t.id = e.title_id)
"""  # noqa: S608  (constants)
"""Of several episodes. Their list stands in a query of its own, which hides how long it is: else Postgres
finds a plan for just as many cheaper than one for all, and makes one each time."""

_LINK_MOMENTS = (12, 15, 16, 20, 23)
_JOB_MOMENTS = (13, 14, 15)


def parts_of(text: str) -> tuple[tuple[Master, ...], tuple[Link, ...], Job | None, RecentJobs]:
    """Return what the statement's answer says."""
    sources, links, job, (forced_at, failures, failed_at) = orjson.loads(text)
    return (
        tuple(Master(*source) for source in sources or ()),
        _links(links),
        Job(*_told(job, _JOB_MOMENTS)) if job is not None else None,
        RecentJobs(_moment(forced_at), failures, _moment(failed_at)),
    )


def links_of(text: str | None) -> tuple[Link, ...]:
    """Return the links that `LINKS` tells of: nothing where there are none."""
    return _links(orjson.loads(text)) if text is not None else ()


def _links(rows: list[list[Any]] | None) -> tuple[Link, ...]:
    return tuple(Link(*_told(row, _LINK_MOMENTS)) for row in rows or ())


def _told(row: list[Any], moments: tuple[int, ...]) -> list[Any]:
    for place in moments:
        if (text := row[place]) is not None:
            row[place] = datetime.fromisoformat(text)
    return row


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
