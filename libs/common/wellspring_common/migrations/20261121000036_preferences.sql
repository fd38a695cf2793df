-- migrate:up

create table access.preferences (
    user_id bigint primary key references access.users on delete cascade,
    language text check (length(language) between 2 and 8),
    theme text check (theme in ('auto', 'light', 'dark')),
    autoplay boolean,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table access.preferences is 'How somebody likes it, on every device. Null is what they never said: the browser decides. Goes with the person.';

grant select, insert, update, delete on access.preferences to ws_gateway;

-- migrate:down

drop table access.preferences;
