"""The SQL of links in health's care."""

PLAYS = """coalesce((
        select sum(
            p.started * power(0.5, ((now() at time zone 'utc')::date - p.day) / {half_life}::double precision)
        ) * ln(2) / {half_life}::double precision
        from catalog.plays as p
        where p.episode_id = {episode}
            and p.day > (now() at time zone 'utc')::date - ceil(5 * {half_life}::double precision)::integer
    ), 0)::double precision"""
"""Plays a day to expect, newer days counting more. Half-lives are in days."""

FACTS = f"""
select l.id, l.scraped_at,
    case when l.expiry_basis not in ('parameter', 'issued_at') then l.expires_at end as guessed_until,
    {PLAYS.format(episode="l.episode_id", half_life="$2")} as plays, s.next_up_since as wanted_at
from links.links as l
left join links.refresh_schedule as s on s.episode_id = l.episode_id
where l.id = any($1)
"""  # noqa: S608  (of constants)

# The scraper saw a verified link a moment ago. A link that works once, or not from here, is never probed, and
# no more is a player's page, which answers 200 whatever became of the film. Nor is a link of a title in the
# trash, until that is back.
LEARN = """
insert into health.link_health as held (
    link_id, episode_id, generation, host, state, last_checked_at, last_ok_at, next_check_at, size_bytes
)
select l.id, l.episode_id, l.generation, health.host_of(l.url),
    case when l.verified then 'alive' else 'unknown' end,
    case when l.verified then l.scraped_at end,
    case when l.verified then l.scraped_at end,
    case
        when l.refresh_class in ('single_use', 'ip_bound') or l.kind = 'embed' then 'infinity'
        when t.deleted_at is not null then 'infinity'
        when l.verified then first.look_at
        else $2::timestamptz
    end,
    case when l.verified then l.size_bytes end
from unnest($1::bigint[], $3::timestamptz[]) as first (link_id, look_at)
join links.links as l on l.id = first.link_id
join catalog.episodes as e on e.id = l.episode_id
join catalog.titles as t on t.id = e.title_id
on conflict (link_id) do update
set generation = excluded.generation, host = excluded.host, state = excluded.state, strikes = 0,
    urgency = 1, reason = null, http_status = null, latency_ms = null, size_bytes = excluded.size_bytes,
    evidence_class = null, evidence_count = 0, evidence_first_at = null, evidence_last_at = null,
    last_checked_at = excluded.last_checked_at, last_ok_at = excluded.last_ok_at,
    next_check_at = excluded.next_check_at, updated_at = now()
where held.generation < excluded.generation
    or held.next_check_at = 'infinity'
    or (
        excluded.state = 'alive'
        and excluded.last_checked_at > coalesce(held.last_checked_at, '-infinity'::timestamptz)
    )
returning link_id, host
"""

KNOW_HOSTS = "insert into health.host_state (host) select unnest($1::text[]) on conflict do nothing"

# What is due soon anyway is left alone: its time may be the lease of a probe that runs right now, and moving
# it would void that verdict. The pause after the last probe keeps a flood of reports from becoming one of
# probes.
HURRY = """
with wanted as (
    select link_id, greatest($3::timestamptz, last_checked_at + $4::interval) as at
    from health.link_health
    where link_id = $1 and generation = $2 and next_check_at < 'infinity'
)
update health.link_health as h
set next_check_at = w.at, urgency = 0, updated_at = now()
from wanted as w
where h.link_id = w.link_id and h.generation = $2 and h.next_check_at > w.at + $5::interval
returning true
"""

# The lease that the claim set is its token: a later claim, or a newer sight of the link, voids the verdict.
# What was not asked keeps everything but its time.
SAVE = """
update health.link_health as h
set state = v.state, strikes = v.strikes, reason = v.reason,
    http_status = case when v.asked then v.http_status else h.http_status end,
    latency_ms = coalesce(v.latency_ms, h.latency_ms),
    urgency = case when v.asked then v.urgency else h.urgency end,
    size_bytes = case when v.state = 'alive' then coalesce(v.size_bytes, h.size_bytes) else h.size_bytes end,
    evidence_class = v.evidence_class, evidence_count = v.evidence_count,
    evidence_first_at = v.evidence_first_at, evidence_last_at = v.evidence_last_at,
    last_checked_at = case when v.asked then $1 else h.last_checked_at end,
    last_ok_at = v.last_ok_at, next_check_at = v.next_check_at, updated_at = now()
from unnest(
    $2::bigint[], $3::integer[], $4::timestamptz[], $5::text[], $6::integer[], $7::text[], $8::integer[],
    $9::integer[], $10::integer[], $11::bigint[], $12::text[], $13::integer[], $14::timestamptz[],
    $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::boolean[]
) as v (
    link_id, generation, token, state, strikes, reason, http_status,
    latency_ms, urgency, size_bytes, evidence_class, evidence_count, evidence_first_at,
    evidence_last_at, last_ok_at, next_check_at, asked
)
where h.link_id = v.link_id and h.generation = v.generation and h.next_check_at = v.token
returning h.link_id
"""

BREAKERS = """
select host, position, since, window_from, checked, bad, of_host, not_before, rests,
    good_at
from health.host_state
where host = any($1)
order by host
for update
"""

SAVE_BREAKERS = """
insert into health.host_state as held (
    host, position, since, window_from, checked, bad, of_host, not_before, rests, good_at
)
select * from unnest(
    $1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::integer[], $6::integer[],
    $7::integer[], $8::timestamptz[], $9::integer[], $10::timestamptz[]
)
on conflict (host) do update
set position = excluded.position, since = excluded.since, window_from = excluded.window_from,
    checked = excluded.checked, bad = excluded.bad, of_host = excluded.of_host,
    not_before = excluded.not_before, rests = excluded.rests, good_at = excluded.good_at, updated_at = now()
"""

# A host that works again: what was suspected because of it is looked at soon, spread over ten minutes.
LOOK_AGAIN = """
update health.link_health
set next_check_at = $2::timestamptz + make_interval(secs => link_id % 600), updated_at = now()
where host = any($1) and urgency = 0 and state = 'suspect'
    and next_check_at > $2::timestamptz + interval '10 minutes' and next_check_at < 'infinity'
"""

OWN = "select failing, good_at, canaries_down, since from health.own_network"
SAVE_OWN = """
update health.own_network
set failing = $1, good_at = $2, canaries_down = $3, since = $4, updated_at = now()
"""

NOT_CLOSED = (
    "select host, coalesce(since, updated_at) as since from health.host_state where position <> 'closed'"
)

COUNTS = """
select l.server, case when l.expires_at <= $1 then 'expired' else h.state end as state, count(*) as links
from health.link_health as h
join links.links as l on l.id = h.link_id
group by 1, 2
"""

# A host that rests makes nothing late.
OLDEST_DUE = """
select min(first.next_check_at)
from health.host_state as s
cross join generate_series(0, 2) as level
cross join lateral (
    select min(next_check_at) as next_check_at
    from health.link_health
    where host = s.host and urgency = level
) as first
where s.not_before <= $1
"""

STATS = """
insert into health.server_stats as held (server, day, probes, ok, answered, latency_ms_sum)
select server, ($1::timestamptz at time zone 'utc')::date, count(*), count(*) filter (where ok),
    count(latency_ms), coalesce(sum(latency_ms), 0)
from unnest($2::text[], $3::boolean[], $4::integer[]) as seen (server, ok, latency_ms)
group by server
order by server
on conflict (server, day) do update
set probes = held.probes + excluded.probes, ok = held.ok + excluded.ok,
    answered = held.answered + excluded.answered,
    latency_ms_sum = held.latency_ms_sum + excluded.latency_ms_sum, updated_at = now()
"""

PURGES = (
    "delete from health.server_stats where day < ((now() - interval '90 days') at time zone 'utc')::date",
    "delete from health.probe_runs where finished_at < now() - interval '30 days'",
    "delete from health.host_fingerprints where seen_at < now() - interval '7 days'",
    """
    delete from health.host_fingerprints as f
    using (
        select host, fingerprint, title_id,
            row_number() over (partition by host order by seen_at desc) as place
        from health.host_fingerprints
    ) as old
    where old.place > 5000 and f.host = old.host and f.fingerprint = old.fingerprint
        and f.title_id = old.title_id
    """,
    "delete from health.starved where told_at < now() - interval '30 days'",
    """
    delete from health.host_state as s
    where s.host <> '' and (s.position <> 'closed' or s.updated_at < now() - interval '30 days')
        and not exists (
            select from health.link_health as h where h.host = s.host and h.next_check_at < 'infinity'
        )
    """,
)
