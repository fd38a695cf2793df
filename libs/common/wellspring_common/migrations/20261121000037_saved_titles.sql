-- migrate:up

create table catalog.saved_titles (
    user_id bigint not null references access.users on delete cascade,
    title_id bigint not null references catalog.titles on delete cascade,
    saved_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (user_id, title_id)
);
comment on table catalog.saved_titles is 'What somebody put on their list, for them alone. Goes with the person or the title.';
create index saved_titles_newest on catalog.saved_titles (user_id, saved_at desc, title_id desc);
create index saved_titles_by_title on catalog.saved_titles (title_id);

grant select, insert, update, delete on catalog.saved_titles to ws_gateway;

-- migrate:down

drop table catalog.saved_titles;
