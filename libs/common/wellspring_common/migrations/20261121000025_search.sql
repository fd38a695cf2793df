-- migrate:up

-- Ships with Postgres, and whoever may create in a database may install it there.
create extension if not exists pg_trgm;

-- What people type and what titles say meet here: case, accents, width and punctuation do not count.
create function catalog.search_fold(said text) returns text
language sql immutable strict parallel safe
return btrim(regexp_replace(
    normalize(
        regexp_replace(normalize(lower(normalize(said, NFKC)), NFKD), '[\u0300-\u036f''\u2018\u2019]+', '', 'g'),
        NFKC
    ),
    '[[:space:]!-/:-@\[-`{-~\u00a0-\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u303f\u30fb]+', ' ', 'g'
));

-- Scripts that put no space between words are searched sign by sign.
create function catalog.search_split(folded text) returns text
language sql immutable strict parallel safe
return regexp_replace(
    folded, '([\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])',
    ' \1 ', 'g'
);

create function catalog.search_vector(title text, original_title text, genres text[], synopsis text)
returns tsvector
language sql immutable parallel safe
return
    setweight(to_tsvector('simple', catalog.search_split(catalog.search_fold(title))), 'A')
    || setweight(to_tsvector('simple', catalog.search_split(catalog.search_fold(coalesce(original_title, '')))), 'B')
    || setweight(
        to_tsvector('simple', catalog.search_split(catalog.search_fold(array_to_string(genres, ' ')))), 'C'
    )
    || setweight(to_tsvector('simple', catalog.search_split(catalog.search_fold(coalesce(synopsis, '')))), 'D');

drop index catalog.titles_search;
alter table catalog.titles drop column search;
alter table catalog.titles
    add column search tsvector
        generated always as (catalog.search_vector(title, original_title, genres, synopsis)) stored,
    add column search_key text collate "C"
        generated always as (coalesce(nullif(catalog.search_fold(title), ''), lower(title))) stored;
comment on column catalog.titles.search is
    'Words of the title (A), the original title (B), the genres (C) and the synopsis (D).';
comment on column catalog.titles.search_key is 'The title as lists are sorted by it and searches meet it.';

create index titles_search on catalog.titles using gin (search) where deleted_at is null;
-- A word that half of all synopses have is rare in names.
create index titles_names on catalog.titles using gin (ts_filter(search, '{a,b}')) where deleted_at is null;
create index titles_key on catalog.titles (search_key, id) where deleted_at is null;
create index titles_years on catalog.titles (coalesce(year, 0) desc, id desc) where deleted_at is null;
create index titles_scores on catalog.titles (coalesce(score, -1) desc, id desc) where deleted_at is null;
create index titles_genres on catalog.titles using gin (genres) where deleted_at is null;
create index titles_kinds on catalog.titles (kind, created_at desc, id desc) where deleted_at is null;
create index titles_statuses on catalog.titles (status, created_at desc, id desc) where deleted_at is null;
create index titles_of_years on catalog.titles (coalesce(year, 0), created_at desc, id desc)
    where deleted_at is null;
create index titles_languages on catalog.titles (language, created_at desc, id desc) where deleted_at is null;

create table catalog.search_words (
    what text not null check (what in ('word', 'genre', 'language')),
    word text not null collate "C",
    titles integer not null,
    primary key (word, what)
);
comment on table catalog.search_words is
    'Every word of a name, every genre and language: for the spelling of searches and for filters. Made anew each hour.';
create index search_words_chosen on catalog.search_words (what, word) where what <> 'word';
create index search_words_like on catalog.search_words using gin (word gin_trgm_ops) where what = 'word';

create table catalog.search_learned (
    only_one boolean primary key default true check (only_one),
    title_id bigint not null
);
comment on table catalog.search_learned is 'The newest title whose words are known.';
insert into catalog.search_learned (title_id) values (0);

grant select, insert, update, delete on catalog.search_words to ws_gateway;
grant select, update on catalog.search_learned to ws_gateway;

-- migrate:down

drop table catalog.search_learned, catalog.search_words;
drop index catalog.titles_of_years, catalog.titles_languages, catalog.titles_statuses, catalog.titles_kinds, catalog.titles_genres;
drop index catalog.titles_scores, catalog.titles_years, catalog.titles_key, catalog.titles_names;
drop index catalog.titles_search;
alter table catalog.titles drop column search_key, drop column search;
alter table catalog.titles add column search tsvector generated always as (
    setweight(to_tsvector('simple', title), 'A')
    || setweight(to_tsvector('simple', coalesce(original_title, '')), 'A')
    || setweight(to_tsvector('simple', coalesce(synopsis, '')), 'C')
) stored;
create index titles_search on catalog.titles using gin (search);
drop function catalog.search_vector(text, text, text[], text);
drop function catalog.search_split(text);
drop function catalog.search_fold(text);
drop extension if exists pg_trgm;
