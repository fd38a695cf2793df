"""The SQL of the clean-up."""

# Only one run at a time, over all replicas.
LOCK = "select pg_advisory_xact_lock(hashtextextended('catalog.clean', 0))"

TRY_LOCK = "select pg_try_advisory_xact_lock(hashtextextended('catalog.clean', 0))"

# Our own network is the host `*`, and comes first.
OPEN_BREAKERS = """
select '*' as host, since from health.own_network where since is not null
union all
select host, since from health.host_state where position <> 'closed'
order by 1
"""

# Three cheap ways to be looked at: no source at all, a page that was gone often enough, a mark. What is
# decided about them is decided on all that is known, after they were locked.
_NO_SOURCE = """
select t.id from catalog.titles as t
where t.deleted_at is null and not exists (
    select from catalog.episodes as e
    join catalog.sources as s on s.episode_id = e.id
    where e.title_id = t.id
)
"""
_OFTEN_GONE = """
select e.title_id from links.source_gone as g
join catalog.sources as s on s.id = g.source_id
join catalog.episodes as e on e.id = s.episode_id
where g.times >= $1
"""
SUSPECTS = f"""
select id from catalog.titles
where deleted_at is null and id in (
    {_NO_SOURCE} union {_OFTEN_GONE} union select title_id from catalog.clean_marks
)
order by id
"""  # noqa: S608  (constants)

# A person who adds to one of these at the same time waits, or is waited for.
HOLD = f"{SUSPECTS} for update"

EVIDENCE = """
select t.id as title_id, t.title, t.slug, t.restored_at, m.marked_at, m.reason as marked_for,
    greatest(t.created_at, (select max(e.created_at) from catalog.episodes as e where e.title_id = t.id))
        as added_at,
    -- an expiry that the link itself states is no guess: whatever was seen before it counts no more
    (
        select count(*)
        from catalog.episodes as e
        join links.links as l on l.episode_id = e.id
        join health.link_health as h on h.link_id = l.id and h.generation = l.generation
        where e.title_id = t.id and h.state = 'alive'
            and not (l.expires_at <= $2 and l.expiry_basis in ('parameter', 'issued_at'))
    ) as playable_links
from catalog.titles as t
left join catalog.clean_marks as m on m.title_id = t.id
where t.id = any($1) and t.deleted_at is null
order by t.id
"""

PAGES = """
select e.title_id, s.id as source_id, s.updated_at as changed_at, coalesce(g.times, 0) as times,
    g.first_at, g.last_at
from catalog.sources as s
join catalog.episodes as e on e.id = s.episode_id
left join links.source_gone as g on g.source_id = s.id
where e.title_id = any($1)
order by s.id
"""

MARK = """
insert into catalog.clean_marks (title_id, reason, marked_at, statistics)
values ($1, $2, $3, $4)
on conflict (title_id) do update
set reason = excluded.reason, marked_at = excluded.marked_at, statistics = excluded.statistics,
    updated_at = now()
"""

UNMARK = "delete from catalog.clean_marks where title_id = any($1)"

STATISTICS = """
select
    (select count(*) from catalog.titles where deleted_at is null) as titles,
    (select count(*) from catalog.titles where deleted_at is not null) as in_trash,
    (
        select count(*) from catalog.episodes as e
        join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
    ) as episodes,
    (
        select count(*) from catalog.sources as s
        join catalog.episodes as e on e.id = s.episode_id
        join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
    ) as sources,
    (select count(*) from catalog.clean_marks) as marked
"""

LINKS_BY_STATE = """
select coalesce(h.state, 'unknown') as state, count(*) as links
from links.links as l
join catalog.episodes as e on e.id = l.episode_id
join catalog.titles as t on t.id = e.title_id and t.deleted_at is null
left join health.link_health as h on h.link_id = l.id and h.generation = l.generation
group by 1
"""

ADD_RUN = """
insert into catalog.clean_runs (id, requested_by, counts, before, after, started_at, finished_at)
values ($1, $2, $3, $4, $5, $6, $7)
"""

END_RUN = "update catalog.clean_runs set after = $2, finished_at = $3, updated_at = now() where id = $1"

_RUN = """
select id, requested_by, counts, before, after, started_at, finished_at, undone_by, undone_at
from catalog.clean_runs
"""

RUN = f"{_RUN} where id = $1"

RECENT = f"{_RUN} order by started_at desc, id desc limit $1"

RAN_SINCE = "select exists (select from catalog.clean_runs where started_at > $1)"

UNDO = """
update catalog.clean_runs set undone_by = $2, undone_at = $3, updated_at = now()
where id = $1
returning true
"""

TITLES_OF_RUN = """
select id as title_id, title, slug, deleted_because as because
from catalog.titles
where clean_run = $1 and deleted_at is not null
order by id
"""

MARKS = """
select m.title_id, t.title, t.slug, m.reason, m.marked_at, m.statistics
from catalog.clean_marks as m
join catalog.titles as t on t.id = m.title_id and t.deleted_at is null
order by m.marked_at, m.title_id
limit $1
"""

PURGE = "delete from catalog.clean_runs where finished_at < $1"
