-- migrate:up

create table catalog.marks (
    id bigint primary key generated always as identity,
    title_id bigint unique references catalog.titles on delete cascade,
    episode_id bigint unique references catalog.episodes on delete cascade,
    intro_start_s double precision check (intro_start_s >= 0),
    intro_end_s double precision check (intro_end_s > intro_start_s),
    outro_start_s double precision check (outro_start_s >= 0),
    outro_end_s double precision check (outro_end_s > outro_start_s),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (num_nonnulls(title_id, episode_id) = 1),
    check ((intro_start_s is null) = (intro_end_s is null)),
    check ((outro_start_s is null) = (outro_end_s is null))
);
comment on table catalog.marks is 'Where intro and credits lie: of a series, or of one episode, which then counts alone. Kept as long as those.';

grant select, insert, update, delete on catalog.marks to ws_gateway;

-- migrate:down

drop table catalog.marks;
