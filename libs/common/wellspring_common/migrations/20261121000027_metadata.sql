-- migrate:up

alter table catalog.titles add column metadata_sources text[] not null default '{}';
comment on column catalog.titles.metadata_sources is 'Whose facts a person took over: they ask to be named.';
alter table catalog.episodes add column locked_fields text[] not null default '{}';
comment on column catalog.episodes.locked_fields is 'What a person edited: no crawl changes it.';

-- TMDB counts films and series apart: number 550 is a film and a series.
drop index catalog.titles_tmdb;
create unique index titles_tmdb on catalog.titles (tmdb_id, kind) where tmdb_id is not null;

-- migrate:down

drop index catalog.titles_tmdb;
update catalog.titles as t set tmdb_id = null
where exists (select from catalog.titles as o where o.tmdb_id = t.tmdb_id and o.id < t.id);
create unique index titles_tmdb on catalog.titles (tmdb_id) where tmdb_id is not null;
alter table catalog.episodes drop column locked_fields;
alter table catalog.titles drop column metadata_sources;
