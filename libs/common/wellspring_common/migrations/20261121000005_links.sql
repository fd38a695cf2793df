-- migrate:up

create table links.jobs (
    id uuid primary key,
    kind text not null check (kind in ('scrape', 'crawl')),
    episode_id bigint references catalog.episodes on delete cascade,
    title_id bigint references catalog.titles on delete cascade,
    lane text not null check (lane in ('interactive', 'background')),
    reason text not null,
    requested_by text,
    state text not null default 'queued'
        check (state in ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled')),
    attempts integer not null default 0,
    error_code text,
    error_detail text,
    counts jsonb not null default '{}',
    problems jsonb not null default '[]',
    requested_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
-- Single flight: one live scrape an episode, kept by the index and not by good will.
create unique index jobs_one_live_scrape on links.jobs (episode_id)
    where kind = 'scrape' and state in ('queued', 'running');
create index jobs_by_episode on links.jobs (episode_id, requested_at desc);
create index jobs_by_title on links.jobs (title_id);
create index jobs_recent on links.jobs (requested_at desc);
create index jobs_live on links.jobs (updated_at) where state in ('queued', 'running');

create table links.links (
    id bigint generated always as identity primary key,
    source_id bigint not null references catalog.sources on delete cascade,
    episode_id bigint not null references catalog.episodes on delete cascade,
    quality integer,
    server text not null,
    generation integer not null default 1,
    label text not null,
    kind text not null check (kind in ('stream', 'download', 'embed')),
    container text not null,
    url text not null,
    headers jsonb not null default '{}',
    size_bytes bigint,
    language text,
    verified boolean not null,
    scraped_at timestamptz not null,
    expires_at timestamptz,
    expiry_basis text not null check (expiry_basis in ('parameter', 'issued_at', 'learned', 'default')),
    refresh_class text not null check (refresh_class in ('safe', 'kills_old', 'single_use', 'ip_bound')),
    job_id uuid not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique nulls not distinct (source_id, quality, server, kind, container)
);
comment on column links.links.generation is 'Grows when the URL changes: a verdict on an older one is void.';
create index links_by_episode on links.links (episode_id);

create table links.source_scrapes (
    source_id bigint primary key references catalog.sources on delete cascade,
    job_id uuid not null,
    job_started_at timestamptz not null,
    updated_at timestamptz not null default now()
);
comment on table links.source_scrapes is 'The newest job whose result each source holds: an older one is too late.';

create table links.refresh_schedule (
    episode_id bigint primary key references catalog.episodes on delete cascade,
    due_at timestamptz not null,
    why text not null,
    popularity double precision not null default 0,
    last_scraped_at timestamptz,
    failures integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index refresh_schedule_due on links.refresh_schedule (due_at);

grant select, insert, update, delete on
    links.jobs, links.links, links.source_scrapes, links.refresh_schedule to ws_refresher;
grant select on links.jobs, links.links, links.source_scrapes, links.refresh_schedule
    to ws_gateway, ws_health, ws_uploader, ws_admin;
-- The one exception to "only its owner writes": the gateway asks for scrapes.
grant insert on links.jobs to ws_gateway;

-- migrate:down

drop table links.refresh_schedule, links.source_scrapes, links.links, links.jobs;
