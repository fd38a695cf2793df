-- migrate:up

create table uploads.targets (
    id bigint generated always as identity primary key,
    name text not null check (length(name) between 1 and 64),
    kind text not null check (kind in ('dailymotion', 'peertube')),
    settings jsonb not null default '{}',
    interval_s integer not null default 3600 check (interval_s between 1 and 604800),
    state text not null default 'ready' check (state in ('ready', 'paused', 'auth_paused', 'held')),
    state_reason text,
    quota_until timestamptz,
    quota_refusals integer not null default 0,
    last_started_at timestamptz,
    fence bigint not null default 0,
    from_environment boolean not null default false,
    tested_at timestamptz,
    test_result jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table uploads.targets is 'One channel on one platform. Only one worker at a time serves it (advisory lock and fence).';
comment on column uploads.targets.settings is 'Addresses, generation, channel, limits and defaults, as the uploader''s own model has them. No secrets.';
comment on column uploads.targets.state is
    'paused by a person; auth_paused: the platform refused our credentials; held: it rejected two films in a row.';
create unique index targets_name on uploads.targets (lower(name));

create table uploads.credentials (
    target_id bigint primary key references uploads.targets on delete cascade,
    sealed bytea not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table uploads.credentials is 'Encrypted with a key that only the uploader has. Nobody else may read even that.';

create table uploads.schedules (
    id bigint generated always as identity primary key,
    title_id bigint not null,
    target_id bigint not null references uploads.targets on delete restrict,
    title text not null,
    position bigint not null,
    state text not null default 'active' check (state in ('active', 'paused', 'done', 'removed')),
    choices jsonb not null,
    download_first boolean not null default false,
    starts_at timestamptz not null,
    requested_by text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on column uploads.schedules.choices is
    'Explicit per series: is_for_kids, visibility, category, templates, language, tags, playlists.';
comment on column uploads.schedules.position is 'Series after series: the lowest first.';
create unique index schedules_one_live on uploads.schedules (title_id, target_id)
    where state in ('active', 'paused');
create index schedules_order on uploads.schedules (target_id, position) where state in ('active', 'paused');

create table uploads.uploads (
    id uuid primary key,
    schedule_id bigint not null references uploads.schedules on delete cascade,
    target_id bigint not null references uploads.targets on delete restrict,
    title_id bigint not null,
    episode_id bigint not null,
    season integer not null,
    number numeric(8, 2) not null,
    ordinal integer not null,
    state text not null default 'planned' check (state in (
        'planned', 'session', 'sending', 'sent', 'create_intent', 'created', 'publish_intent', 'published',
        'encoding', 'live', 'quota_wait', 'unconfirmed', 'failed', 'needs_fix', 'skipped', 'rejected', 'removed')),
    planned_at timestamptz,
    waits_for text,
    tries integer not null default 0,
    next_try_at timestamptz,
    error_code text,
    error_detail text,
    media_file_id bigint,
    sha256 bytea,
    size_bytes bigint,
    duration_s double precision,
    bytes_sent bigint not null default 0,
    session jsonb not null default '{}',
    marker text not null,
    video_title text,
    video_id text,
    video_url text,
    intended_at timestamptz,
    looked_at timestamptz,
    looks integer not null default 0,
    seq bigint not null default 0,
    started_at timestamptz,
    created_on_target_at timestamptz,
    published_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on column uploads.uploads.planned_at is 'The slot the calendar gives it; computed again whenever something changes.';
comment on column uploads.uploads.waits_for is
    'Why it does not start now, by a stable name: slot, series, quota, download, retry, paused, auth, held.';
comment on column uploads.uploads.looks is 'How often the platform was asked whether an unconfirmed film is there.';
create unique index uploads_never_twice on uploads.uploads (target_id, episode_id) where state <> 'removed';
create index uploads_in_order on uploads.uploads (schedule_id, ordinal);
create index uploads_open on uploads.uploads (target_id, state)
    where state not in ('live', 'skipped', 'needs_fix', 'rejected', 'removed');
create index uploads_litter on uploads.uploads (target_id)
    where video_id is not null and published_at is null and state in ('needs_fix', 'skipped', 'removed');
create index uploads_doubtful on uploads.uploads (target_id) where session ? 'doubt';
create index uploads_by_title on uploads.uploads (title_id);
create index uploads_completed on uploads.uploads (completed_at) where completed_at is not null;

create table uploads.ledger (
    target_id bigint not null,
    episode_id bigint not null,
    title_id bigint not null,
    upload_id uuid not null,
    video_id text not null,
    video_url text,
    sha256 bytea not null,
    size_bytes bigint not null,
    duration_s double precision not null,
    created_on_target_at timestamptz not null,
    published_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (target_id, episode_id)
);
comment on table uploads.ledger is
    'Every film that a platform has from us, for ever: the memory behind "never twice", and what the quota is counted by.';
create index ledger_recent on uploads.ledger (target_id, created_on_target_at desc);

create table uploads.playlists (
    target_id bigint not null references uploads.targets on delete cascade,
    title_id bigint not null,
    season integer not null,
    playlist_id text not null,
    created_at timestamptz not null default now(),
    primary key (target_id, title_id, season)
);

create table uploads.steps (
    id bigint generated always as identity primary key,
    upload_id uuid not null references uploads.uploads on delete cascade,
    at timestamptz not null,
    state text not null,
    code text,
    detail text
);
comment on table uploads.steps is 'What happened to an upload, one line per change of state, for whoever looks into it.';
create index steps_of_upload on uploads.steps (upload_id, id);

grant select, insert, update, delete on uploads.targets, uploads.credentials, uploads.schedules,
    uploads.uploads, uploads.ledger, uploads.playlists, uploads.steps to ws_uploader;
grant select on uploads.targets, uploads.schedules, uploads.uploads, uploads.ledger, uploads.playlists,
    uploads.steps to ws_gateway, ws_admin;

-- migrate:down

drop table uploads.steps, uploads.playlists, uploads.ledger, uploads.uploads, uploads.schedules,
    uploads.credentials, uploads.targets;
