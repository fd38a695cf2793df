-- migrate:up

create table uploads.media_files (
    id bigint generated always as identity primary key,
    episode_id bigint not null,
    title_id bigint not null,
    path text not null unique,
    size_bytes bigint not null check (size_bytes > 0),
    sha256 bytea not null check (length(sha256) = 32),
    duration_s double precision not null check (duration_s > 0),
    container text not null,
    quality integer,
    origin text not null check (origin in ('downloaded', 'brought')),
    state text not null default 'present' check (state in ('present', 'missing', 'damaged')),
    mtime_ns bigint,
    gone_since timestamptz,
    verified_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table uploads.media_files is
    'Films on the uploader''s disk. No foreign key: a file outlives its episode until the sweep has deleted it.';
comment on column uploads.media_files.path is 'Relative to the media folder of the uploader.';
comment on column uploads.media_files.origin is 'A file that was brought belongs to the operator: it is never deleted.';
comment on column uploads.media_files.mtime_ns is
    'Of the file when its content was last checked: while this and the size hold, it is not read again.';
comment on column uploads.media_files.gone_since is 'Since when its episode is gone for good.';
create index media_files_by_episode on uploads.media_files (episode_id, quality desc);
create index media_files_by_title on uploads.media_files (title_id);

create table uploads.downloads (
    id uuid primary key,
    request_id uuid not null,
    title_id bigint not null,
    episode_id bigint not null,
    quality integer,
    state text not null default 'queued'
        check (state in ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
    attempts integer not null default 0,
    link_id bigint,
    server text,
    bytes_done bigint not null default 0,
    bytes_total bigint,
    part jsonb not null default '{}',
    media_file_id bigint references uploads.media_files on delete set null,
    error_code text,
    error_detail text,
    next_try_at timestamptz not null default now(),
    requested_by text,
    claim uuid,
    lease_until timestamptz,
    requested_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on column uploads.downloads.quality is 'Lines that were asked for, or null for the best there is.';
comment on column uploads.downloads.part is 'What is known of the file that is being written: its name, its length and validators.';
comment on column uploads.downloads.claim is
    'Whoever works on it: every write of the work says so, so that one that slept too long writes nothing.';
comment on column uploads.downloads.error_code is
    'Of a queued one: what it waits for (waiting_for_links, disk_full) or why its last try failed.';
create unique index downloads_one_live on uploads.downloads (episode_id)
    where state in ('queued', 'running', 'paused');
create index downloads_due on uploads.downloads (next_try_at) where state in ('queued', 'running');
create index downloads_by_title on uploads.downloads (title_id);
create index downloads_recent on uploads.downloads (requested_at desc, id desc);

grant select, insert, update, delete on uploads.media_files, uploads.downloads to ws_uploader;
grant select on uploads.media_files, uploads.downloads to ws_gateway, ws_admin;

-- migrate:down

drop table uploads.downloads, uploads.media_files;
