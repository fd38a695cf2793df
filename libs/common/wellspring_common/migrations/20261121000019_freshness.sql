-- migrate:up

-- What the next turn of an episode is decided by. `popularity` counts plays as of `popularity_at`.
alter table links.refresh_schedule
    add column popularity_at timestamptz not null default now(),
    add column watched_at timestamptz,
    add column next_up_since timestamptz,
    add column starved_since timestamptz,
    add column starved_scrapes integer not null default 0,
    add column failed_at timestamptz,
    -- 0 starved, 1 next up, 2 wanted, 3 the rest: the order in which what is due has its turn
    add column urgency smallint not null default 2;

-- The sweep reads this index alone, urgency by urgency: what is not due costs it nothing.
drop index links.refresh_schedule_due;
create index refresh_schedule_due on links.refresh_schedule (urgency, due_at);

alter table links.links
    add column expiry_evidence text,
    add column made_at timestamptz not null default now();
update links.links set made_at = scraped_at;
comment on column links.links.expiry_evidence is 'Where the expiry was read, in a few words.';
comment on column links.links.made_at is 'When this generation was first seen: a lifetime counts from here.';

-- How often a host of source pages was asked in an hour, and how many turns were moved into it.
create table links.host_hours (
    host text not null,
    hour timestamptz not null,
    asked integer not null default 0,
    moved integer not null default 0,
    primary key (host, hour)
);
create index host_hours_old on links.host_hours (hour);

-- How long links lived: seen alive for so long, and known dead after so long, or replaced while alive.
create table links.lifetimes_seen (
    id bigint generated always as identity primary key,
    server text not null,
    alive_for_s double precision not null check (alive_for_s >= 0),
    dead_by_s double precision check (dead_by_s >= alive_for_s),
    seen_at timestamptz not null
);
create index lifetimes_seen_newest on links.lifetimes_seen (server, seen_at desc);

-- Sources whose page was gone for good, scrape after scrape, at least a day apart.
create table links.source_gone (
    source_id bigint primary key references catalog.sources on delete cascade,
    times integer not null,
    first_at timestamptz not null,
    last_at timestamptz not null
);

-- How far the schedule has been planned by the rules in force: one row.
create table links.planned_by (
    is_only boolean primary key default true check (is_only),
    rules text not null default '',
    planned_to bigint,
    updated_at timestamptz not null default now()
);
insert into links.planned_by default values;

grant select, insert, update, delete on
    links.host_hours, links.lifetimes_seen, links.source_gone, links.planned_by to ws_refresher;
grant select on links.host_hours, links.lifetimes_seen, links.source_gone, links.planned_by
    to ws_gateway, ws_health, ws_uploader, ws_admin;

-- migrate:down

drop table links.planned_by, links.source_gone, links.lifetimes_seen, links.host_hours;
alter table links.links drop column made_at, drop column expiry_evidence;
drop index links.refresh_schedule_due;
create index refresh_schedule_due on links.refresh_schedule (due_at);
alter table links.refresh_schedule
    drop column urgency,
    drop column failed_at,
    drop column starved_scrapes,
    drop column starved_since,
    drop column next_up_since,
    drop column watched_at,
    drop column popularity_at;
