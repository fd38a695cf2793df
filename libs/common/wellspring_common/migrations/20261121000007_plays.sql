-- migrate:up

create table catalog.plays (
    episode_id bigint not null references catalog.episodes on delete cascade,
    day date not null,
    started integer not null default 0 check (started >= 0),
    first_try integer not null default 0 check (first_try >= 0),
    after_fallback integer not null default 0 check (after_fallback >= 0),
    failed integer not null default 0 check (failed >= 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (episode_id, day),
    check (started = first_try + after_fallback)
);
comment on table catalog.plays is 'Counts a day in UTC, and nothing about who watched. Kept 400 days.';
create index plays_age on catalog.plays (day);

grant select, insert, update, delete on catalog.plays to ws_gateway;
grant select on catalog.plays to ws_refresher, ws_health, ws_uploader, ws_admin;

-- migrate:down

drop table catalog.plays;
