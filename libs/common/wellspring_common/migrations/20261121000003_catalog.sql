-- migrate:up

create table catalog.titles (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('series', 'movie')),
    format text,
    title text not null check (length(title) between 1 and 300),
    original_title text,
    slug text not null unique,
    year integer check (year between 1870 and 2200),
    imdb_id text,
    tmdb_id text,
    anilist_id text,
    synopsis text,
    poster_url text,
    genres text[] not null default '{}',
    score numeric(4, 2),
    producer text,
    studio text,
    status text check (status in ('ongoing', 'completed')),
    total_episodes integer,
    duration text,
    release_date date,
    language text,
    rights text not null default 'unknown'
        check (rights in ('unknown', 'owned', 'licensed', 'public_domain')),
    locked_fields text[] not null default '{}',
    search tsvector generated always as (
        setweight(to_tsvector('simple', title), 'A')
        || setweight(to_tsvector('simple', coalesce(original_title, '')), 'A')
        || setweight(to_tsvector('simple', coalesce(synopsis, '')), 'C')
    ) stored,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index titles_name on catalog.titles (lower(title)) where deleted_at is null;
create unique index titles_imdb on catalog.titles (imdb_id) where imdb_id is not null;
create unique index titles_tmdb on catalog.titles (tmdb_id) where tmdb_id is not null;
create unique index titles_anilist on catalog.titles (anilist_id) where anilist_id is not null;
create index titles_newest on catalog.titles (created_at desc, id desc) where deleted_at is null;
create index titles_search on catalog.titles using gin (search);

create table catalog.episodes (
    id bigint generated always as identity primary key,
    title_id bigint not null references catalog.titles on delete cascade,
    season integer not null default 1 check (season >= 0),
    number numeric(8, 2) not null check (number >= 0),
    name text,
    slug text,
    aired_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (title_id, season, number)
);
comment on column catalog.episodes.number is 'Numeric, because episodes 0 and 12.5 exist.';

create table catalog.sources (
    id bigint generated always as identity primary key,
    episode_id bigint not null references catalog.episodes on delete cascade,
    quality integer check (quality between 1 and 20000),
    url text not null,
    definition text not null,
    language text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique nulls not distinct (episode_id, quality, url)
);
comment on column catalog.sources.quality is 'Height in lines, or null where one page lists several.';

create table catalog.settings (
    key text primary key,
    value jsonb not null,
    updated_by bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table catalog.settings_revision (
    only_one boolean primary key default true check (only_one),
    revision bigint not null
);
insert into catalog.settings_revision (revision) values (0);

create table catalog.idempotency_keys (
    key text primary key check (length(key) between 8 and 200),
    request_hash bytea not null,
    status integer not null,
    response jsonb not null,
    created_at timestamptz not null default now()
);
create index idempotency_keys_age on catalog.idempotency_keys (created_at);

grant select, insert, update, delete on
    catalog.titles, catalog.episodes, catalog.sources, catalog.settings, catalog.idempotency_keys
    to ws_gateway;
grant select, update on catalog.settings_revision to ws_gateway;
grant select on catalog.titles, catalog.episodes, catalog.sources, catalog.settings
    to ws_refresher, ws_health, ws_uploader, ws_admin;

-- migrate:down

drop table catalog.idempotency_keys, catalog.settings_revision, catalog.settings;
drop table catalog.sources, catalog.episodes, catalog.titles;
