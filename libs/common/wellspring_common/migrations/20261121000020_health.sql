-- migrate:up

-- The host of a URL with its port, as host limits name it.
create function health.host_of(url text) returns text
language sql immutable parallel safe
as $$
    select case
        when authority ~ ':[0-9]+$' then authority
        when url ~* '^https:' then authority || ':443'
        else authority || ':80'
    end
    from (select lower(coalesce(substring(url from '^[A-Za-z]+://([^/?#]+)'), '')) as authority) as parts
$$;

alter table health.link_health
    add column host text not null default '',
    add column urgency smallint not null default 1 check (urgency between 0 and 2),
    add column size_bytes bigint,
    add column evidence_class text,
    add column evidence_count integer not null default 0,
    add column evidence_first_at timestamptz,
    add column evidence_last_at timestamptz;
comment on column health.link_health.urgency is '0: near a verdict or reported, 1: watched, 2: the rest.';
comment on column health.link_health.size_bytes is 'Of the file, when it was last seen alive.';
comment on column health.link_health.evidence_class is
    'What speaks against the link since it was last seen alive, how often, and from when to when.';
update health.link_health as h set host = health.host_of(l.url) from links.links as l where l.id = h.link_id;
-- A sweep takes a few links of each host: it reads this index host by host. By time alone nobody asks any
-- more, and an index for that would be taken for the better one.
create index link_health_by_host on health.link_health (host, urgency, next_check_at);
drop index health.link_health_due;

create table health.host_state (
    host text primary key,
    position text not null default 'closed' check (position in ('closed', 'open', 'half_open')),
    since timestamptz,
    window_from timestamptz,
    checked integer not null default 0,
    bad integer not null default 0,
    of_host integer not null default 0,
    not_before timestamptz not null default 'epoch',
    rests integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table health.host_state is 'One breaker a host: while it is not closed, no link of the host dies.';
insert into health.host_state (host) values ('');
insert into health.host_state (host) select distinct host from health.link_health on conflict do nothing;

create table health.own_network (
    is_only boolean primary key default true check (is_only),
    failing jsonb not null default '{}',
    good_at timestamptz,
    canaries_down boolean not null default false,
    since timestamptz,
    updated_at timestamptz not null default now()
);
comment on table health.own_network is 'Since when our own network is what fails: there are no verdicts then.';
insert into health.own_network default values;

-- What each server serves where a film should be, told by its being the same for many titles.
create table health.host_fingerprints (
    host text not null,
    fingerprint text not null,
    title_id bigint not null,
    seen_at timestamptz not null,
    primary key (host, fingerprint, title_id)
);
create index host_fingerprints_old on health.host_fingerprints (seen_at);

create table health.server_stats (
    server text not null,
    day date not null,
    probes integer not null default 0,
    ok integer not null default 0,
    answered integer not null default 0,
    latency_ms_sum bigint not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (server, day)
);
comment on table health.server_stats is 'Probes of each server a day in UTC. Kept 90 days.';
create index server_stats_old on health.server_stats (day);
create view health.server_record as
select
    server,
    sum(probes * weight)::double precision as probes,
    (sum(ok * weight) / nullif(sum(probes * weight), 0))::double precision as reliability,
    (sum(latency_ms_sum * weight) / nullif(sum(answered * weight), 0))::double precision as latency_ms
from (
    select *, power(0.5, ((now() at time zone 'utc')::date - day) / 3.0) as weight
    from health.server_stats
    where day > (now() at time zone 'utc')::date - 30
) as weighed
group by server;
comment on view health.server_record is 'What a month of probes says of a server. A day counts half after three.';

create table health.starved (
    episode_id bigint primary key references catalog.episodes on delete cascade,
    offered integer not null,
    minimum integer not null,
    told_at timestamptz not null,
    created_at timestamptz not null default now()
);
comment on table health.starved is 'Episodes that were told to be starved and have not recovered.';

create table health.probe_runs (
    id uuid primary key,
    filter jsonb not null,
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    requested_by text not null,
    total integer not null default 0,
    done integer not null default 0,
    reasons jsonb not null default '{}',
    before jsonb not null default '{}',
    after jsonb not null default '{}',
    error text,
    lease_until timestamptz not null default 'epoch',
    requested_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table health.probe_runs is 'Looks at links on demand. Kept 30 days after their end.';
create index probe_runs_open on health.probe_runs (requested_at) where state in ('queued', 'running');
create index probe_runs_old on health.probe_runs (finished_at);
create table health.probe_run_links (
    run_id uuid not null references health.probe_runs on delete cascade,
    turn integer not null,
    link_id bigint not null,
    host text not null,
    before text not null,
    primary key (run_id, turn)
);
comment on table health.probe_run_links is 'What a run has not looked at yet, hosts by turns.';

grant select, insert, update, delete on
    health.host_state, health.own_network, health.host_fingerprints, health.server_stats, health.starved,
    health.probe_runs, health.probe_run_links
    to ws_health;
grant select on
    health.host_state, health.own_network, health.host_fingerprints, health.server_stats, health.starved,
    health.probe_runs, health.probe_run_links, health.server_record
    to ws_gateway, ws_refresher, ws_uploader, ws_admin;
grant select on health.server_record to ws_health;

-- migrate:down

drop view health.server_record;
drop table health.probe_run_links, health.probe_runs, health.starved, health.server_stats,
    health.host_fingerprints, health.own_network, health.host_state;
create index link_health_due on health.link_health (next_check_at);
drop index health.link_health_by_host;
alter table health.link_health
    drop column evidence_last_at,
    drop column evidence_first_at,
    drop column evidence_count,
    drop column evidence_class,
    drop column size_bytes,
    drop column urgency,
    drop column host;
drop function health.host_of(text);
