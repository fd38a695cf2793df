"""The SQL that takes links into work: a few of each host, hosts by turns."""

from .queries import PLAYS

# Of each host a few, read from its own part of the index, so that neither a host with thousands of due links
# nor one that rests costs the others anything. Hosts that try a half-open breaker are let through by threes.
_DUE = """with hosts as (
    select host, case position when 'closed' then $5::integer else 3 end as most
    from health.host_state
    where not_before <= $1 and host <> all($6::text[])
),
turns as (
    select picked.link_id, picked.urgency, picked.next_check_at, hosts.most,
        row_number() over (partition by hosts.host order by picked.urgency, picked.next_check_at) as turn
    from hosts
    cross join generate_series(0, 2) as level
    cross join lateral (
        select link_id, urgency, next_check_at
        from health.link_health
        where host = hosts.host and urgency = level and next_check_at <= $1
        order by next_check_at
        limit hosts.most
    ) as picked
),
chosen as materialized (
    select link_id, turn
    from turns
    where turn <= most
    order by turn, urgency, next_check_at
    limit 4 * $2
),
/* lock */
"""

# A run on demand looks at links that are not due.
_OF_RUN = """with turns as (
    select turn, link_id, row_number() over (partition by host order by turn) as of_host
    from health.probe_run_links
    where run_id = $7 and host <> all($6::text[])
),
chosen as materialized (
    select link_id, turn from turns where of_host <= $5 order by turn limit 4 * $2
),
/* lock */
"""

# By arrays, of which the planner expects few: it looks each row up by its key, however many there are.
_LOCK = """due as (
    select h.link_id, chosen.turn
    from unnest(array(select link_id from chosen), array(select turn from chosen))
        with ordinality as chosen (link_id, turn, place)
    join health.link_health as h on h.link_id = chosen.link_id
    where /* wanted */
    order by chosen.place
    limit $2
    for update of h skip locked
),
"""

# What has expired for good is not asked: its answer is known, and it is not offered anyway. It leaves the
# queue, so that the next sweep does not pass over it again, and so does what has come into the trash.
_LEASED = """/* due */leased as (
    update health.link_health as h
    set next_check_at = case
            when l.generation <> h.generation
                or (l.expires_at <= $1 and l.expiry_basis in ('parameter', 'issued_at'))
                or t.deleted_at is not null then 'infinity'
            else $3::timestamptz
        end,
        updated_at = now()
    from due, links.links as l, catalog.episodes as e, catalog.titles as t
    where h.link_id = due.link_id and l.id = h.link_id and e.id = h.episode_id and t.id = e.title_id
    returning h.link_id, h.generation, h.episode_id, l.source_id, l.server, h.host, l.url, l.headers,
        coalesce(h.size_bytes, l.size_bytes) as size_bytes,
        case when l.expiry_basis not in ('parameter', 'issued_at') then l.expires_at end as guessed_until,
        h.state, h.strikes, h.reason, h.last_ok_at, h.next_check_at,
        h.evidence_class, h.evidence_count, h.evidence_first_at, h.evidence_last_at, due.turn,
        e.title_id
)
select leased.*, /* plays */ as plays, s.next_up_since as wanted_at
from leased
left join links.refresh_schedule as s on s.episode_id = leased.episode_id
where next_check_at < 'infinity'
order by turn
"""

_SEEN = _LEASED.replace("/* plays */", PLAYS.format(episode="leased.episode_id", half_life="$4"))
_LOCK_DUE = _LOCK.replace("/* wanted */", "h.next_check_at <= $1")
_LOCK_ANY = _LOCK.replace("/* wanted */", "h.next_check_at < 'infinity'")
CLAIM = _SEEN.replace("/* due */", _DUE.replace("/* lock */\n", _LOCK_DUE))
CLAIM_RUN = _SEEN.replace("/* due */", _OF_RUN.replace("/* lock */\n", _LOCK_ANY))
