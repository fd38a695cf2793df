-- migrate:up

create table catalog.download_wishes (
    job_id uuid primary key,
    requested_by text not null,
    created_at timestamptz not null default now()
);
comment on table catalog.download_wishes is 'Crawls whose episodes somebody wants on the uploader''s disk once they are known.';
create index download_wishes_age on catalog.download_wishes (created_at);

grant select, insert, delete on catalog.download_wishes to ws_gateway;

-- migrate:down

drop table catalog.download_wishes;
