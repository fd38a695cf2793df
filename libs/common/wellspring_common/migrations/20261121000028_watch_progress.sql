-- migrate:up

create table catalog.watch_progress (
    user_id bigint not null references access.users on delete cascade,
    episode_id bigint not null references catalog.episodes on delete cascade,
    position_s double precision not null check (position_s >= 0),
    duration_s double precision check (duration_s >= 0),
    finished boolean not null default false,
    watched_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (user_id, episode_id)
);
comment on table catalog.watch_progress is 'How far somebody came, for them alone. Kept 400 days after they last watched.';
create index watch_progress_newest on catalog.watch_progress (user_id, watched_at desc, episode_id desc);
create index watch_progress_by_episode on catalog.watch_progress (episode_id);
create index watch_progress_age on catalog.watch_progress (watched_at);

grant select, insert, update, delete on catalog.watch_progress to ws_gateway;

-- migrate:down

drop table catalog.watch_progress;
