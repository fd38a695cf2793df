-- migrate:up

create table catalog.subtitles (
    id bigint primary key generated always as identity,
    episode_id bigint not null references catalog.episodes on delete cascade,
    language text not null check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' and length(language) <= 35),
    label text not null check (length(label) <= 60),
    vtt text not null check (octet_length(vtt) <= 2097152),
    sha256 bytea not null,
    source_url text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (episode_id, language, label)
);
comment on table catalog.subtitles is 'Subtitles that an operator gave to an episode, as WebVTT. Kept as long as the episode.';

grant select, insert, update, delete on catalog.subtitles to ws_gateway;

-- migrate:down

drop table catalog.subtitles;
