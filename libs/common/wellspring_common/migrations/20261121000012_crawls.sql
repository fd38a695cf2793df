-- migrate:up

create table catalog.catalogues (
    id bigint generated always as identity primary key,
    name text not null check (length(name) between 1 and 120),
    definition text not null,
    base_urls text[] not null check (cardinality(base_urls) between 1 and 20),
    enabled boolean not null default true,
    is_default boolean not null default false,
    every_minutes integer check (every_minutes between 15 and 10080),
    full_every_hours integer check (full_every_hours between 6 and 8760),
    next_ongoing_at timestamptz,
    next_full_at timestamptz,
    language text,
    rights text not null default 'unknown'
        check (rights in ('unknown', 'owned', 'licensed', 'public_domain')),
    last_job_id uuid,
    last_state text,
    last_code text,
    last_detail text,
    last_finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on column catalog.catalogues.base_urls is 'The address in use first, its mirrors after it.';
comment on column catalog.catalogues.every_minutes is 'How often its ongoing list is read. Null: only on demand.';
create unique index catalogues_name on catalog.catalogues (lower(name));
create unique index catalogues_default on catalog.catalogues (is_default) where is_default;
create index catalogues_due on catalog.catalogues (least(next_ongoing_at, next_full_at)) where enabled;

-- Two spellings of one name have one key: case, width, spaces and ASCII punctuation do not count.
create function catalog.name_key(name text) returns text
language sql immutable strict parallel safe
return coalesce(
    nullif(
        btrim(regexp_replace(lower(normalize(translate(name, '’‘“”–—', '''''""--'), NFKC)),
            '[[:space:]!-/:-@\[-`{-~]+', ' ', 'g')),
        ''
    ),
    lower(name)
);

-- Two titles may bear one name: which of them is meant, a person says.
drop index catalog.titles_name;
create index titles_name on catalog.titles (lower(title)) where deleted_at is null;
create index titles_name_key on catalog.titles (catalog.name_key(title)) where deleted_at is null;

create table catalog.catalog_refs (
    definition text not null,
    kind text not null check (kind in ('title', 'episode')),
    external_key text not null,
    title_id bigint not null references catalog.titles on delete cascade,
    episode_id bigint references catalog.episodes on delete cascade,
    job_id uuid,
    standing text not null default 'made' check (standing in ('made', 'adopted', 'second')),
    created_at timestamptz not null default now(),
    primary key (definition, kind, external_key),
    check ((kind = 'episode') = (episode_id is not null))
);
comment on table catalog.catalog_refs is
    'What a catalogue calls a title or an episode: a changed host or slug makes no twin.';
comment on column catalog.catalog_refs.standing is
    'How far this page may change the title: it made it, it was the first to know it, or others came first.';
create index catalog_refs_title on catalog.catalog_refs (title_id);
create index catalog_refs_episode on catalog.catalog_refs (episode_id) where episode_id is not null;

alter table catalog.sources add column external_key text;
comment on column catalog.sources.external_key is 'The episode''s key in the catalogue that named this page.';

create table catalog.merge_candidates (
    id bigint generated always as identity primary key,
    title_id bigint not null references catalog.titles on delete cascade,
    other_id bigint not null references catalog.titles on delete cascade,
    reason text not null check (reason in ('same_name', 'same_id')),
    state text not null default 'open' check (state in ('open', 'apart')),
    decided_by bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (title_id > other_id)
);
comment on table catalog.merge_candidates is 'Two titles that may be one, the younger first.';
create unique index merge_candidates_pair on catalog.merge_candidates (title_id, other_id);
create index merge_candidates_other on catalog.merge_candidates (other_id);

create table catalog.crawl_results (
    job_id uuid primary key,
    catalogue_id bigint not null references catalog.catalogues on delete cascade,
    titles_added integer not null default 0,
    titles_changed integer not null default 0,
    titles_unchanged integer not null default 0,
    episodes_added integer not null default 0,
    sources_added integer not null default 0,
    sources_moved integer not null default 0,
    refused integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on column catalog.crawl_results.refused is 'What could not be kept: bad addresses, impossible numbers.';
create index crawl_results_catalogue on catalog.crawl_results (catalogue_id, created_at desc);
create index crawl_results_age on catalog.crawl_results (updated_at);

create table catalog.posters (
    title_id bigint primary key references catalog.titles on delete cascade,
    source_url text not null,
    fetched_url text,
    etag text,
    last_modified text,
    sha256 bytea,
    content_type text,
    bytes bytea,
    failures integer not null default 0,
    last_error text,
    fetched_at timestamptz,
    next_try_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index posters_due on catalog.posters (next_try_at);
alter table catalog.posters alter column bytes set storage external;
insert into catalog.posters (title_id, source_url)
select id, poster_url from catalog.titles where poster_url is not null;

create table catalog.definitions (
    id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
    yaml text not null check (length(yaml) between 1 and 262144),
    enabled boolean not null default true,
    revision bigint not null,
    updated_by bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create table catalog.definitions_revision (
    only_one boolean primary key default true check (only_one),
    revision bigint not null
);
insert into catalog.definitions_revision (revision) values (0);

alter table links.jobs
    add column catalogue_id bigint references catalog.catalogues on delete cascade,
    add column scope text,
    add column query text;
-- One live crawl of one target, kept by the index and not by good will.
create unique index jobs_one_live_crawl on links.jobs (catalogue_id, scope, query)
    where kind = 'crawl' and state in ('queued', 'running');
create index jobs_by_catalogue on links.jobs (catalogue_id, requested_at desc);

grant select, insert, update, delete on
    catalog.catalogues, catalog.catalog_refs, catalog.merge_candidates, catalog.crawl_results,
    catalog.posters, catalog.definitions
    to ws_gateway;
grant select, update on catalog.definitions_revision to ws_gateway;
grant select on
    catalog.catalogues, catalog.catalog_refs, catalog.merge_candidates, catalog.crawl_results,
    catalog.definitions
    to ws_refresher, ws_health, ws_uploader, ws_admin;

-- migrate:down

drop index links.jobs_by_catalogue, links.jobs_one_live_crawl;
alter table links.jobs drop column query, drop column scope, drop column catalogue_id;
drop table catalog.definitions_revision, catalog.definitions, catalog.posters, catalog.crawl_results;
drop table catalog.merge_candidates, catalog.catalog_refs;
alter table catalog.sources drop column external_key;
drop index catalog.titles_name_key, catalog.titles_name;
create unique index titles_name on catalog.titles (lower(title)) where deleted_at is null;
drop function catalog.name_key(text);
drop table catalog.catalogues;
