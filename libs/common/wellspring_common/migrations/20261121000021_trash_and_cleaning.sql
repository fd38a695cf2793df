-- migrate:up

alter table catalog.titles
    add column deleted_by text,
    add column deleted_because text,
    add column restored_at timestamptz;
comment on column catalog.titles.restored_at is 'When a person took it out of the trash: the clean-up keeps off it.';
create index titles_trash on catalog.titles (deleted_at desc, id desc) where deleted_at is not null;

-- A crawl that finds a title of the trash again must know it by its name too.
drop index catalog.titles_name_key;
create index titles_name_key on catalog.titles (catalog.name_key(title));

create table catalog.clean_runs (
    id uuid primary key,
    requested_by text not null,
    counts jsonb not null,
    before jsonb not null,
    after jsonb not null,
    undone_by text,
    undone_at timestamptz,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table catalog.clean_runs is 'Every run of the clean-up that was no rehearsal. Kept 400 days.';
create index clean_runs_newest on catalog.clean_runs (started_at desc);

alter table catalog.titles add column clean_run uuid references catalog.clean_runs on delete set null;
comment on column catalog.titles.clean_run is 'The run that moved it to the trash, where no person did.';
create index titles_clean_run on catalog.titles (clean_run) where clean_run is not null;

create table catalog.clean_marks (
    title_id bigint primary key references catalog.titles on delete cascade,
    reason text not null check (reason in ('no_source', 'sources_gone')),
    marked_at timestamptz not null,
    statistics jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table catalog.clean_marks is 'Titles that go to the trash unless they recover: the first of two phases.';

grant select, insert, update, delete on catalog.clean_runs, catalog.clean_marks to ws_gateway;
grant select on catalog.clean_runs, catalog.clean_marks to ws_refresher, ws_health, ws_uploader, ws_admin;

-- migrate:down

alter table catalog.titles drop column clean_run;
drop table catalog.clean_marks, catalog.clean_runs;
drop index catalog.titles_trash, catalog.titles_name_key;
create index titles_name_key on catalog.titles (catalog.name_key(title)) where deleted_at is null;
alter table catalog.titles
    drop column restored_at, drop column deleted_because, drop column deleted_by;
