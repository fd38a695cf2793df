-- migrate:up

create table health.link_health (
    link_id bigint primary key references links.links on delete cascade,
    episode_id bigint not null,
    generation integer not null,
    state text not null default 'unknown' check (state in ('unknown', 'alive', 'suspect', 'dead')),
    strikes integer not null default 0,
    reason text,
    http_status integer,
    latency_ms integer,
    last_checked_at timestamptz,
    last_ok_at timestamptz,
    next_check_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index link_health_due on health.link_health (next_check_at);
create index link_health_by_episode on health.link_health (episode_id);

grant select, insert, update, delete on health.link_health to ws_health;
grant select on health.link_health to ws_gateway, ws_refresher, ws_uploader, ws_admin;

-- migrate:down

drop table health.link_health;
