-- migrate:up

create table access.users (
    id bigint generated always as identity primary key,
    username text not null check (length(username) between 1 and 64),
    password_hash text not null,
    role text not null check (role in ('admin', 'operator', 'viewer')),
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index users_name on access.users (lower(username));

create table access.sessions (
    token_hash bytea primary key,
    user_id bigint not null references access.users on delete cascade,
    csrf_token text not null,
    expires_at timestamptz not null,
    last_used_at timestamptz not null default now(),
    created_at timestamptz not null default now()
);
comment on column access.sessions.token_hash is 'SHA-256 of the cookie: a stolen table opens no door.';
create index sessions_expiry on access.sessions (expires_at);

create table access.sign_in_failures (
    id bigint generated always as identity primary key,
    username text not null,
    client text not null,
    created_at timestamptz not null default now()
);
create index sign_in_failures_by_user on access.sign_in_failures (username, created_at);
create index sign_in_failures_by_client on access.sign_in_failures (client, created_at);

grant select, insert, update, delete on access.users, access.sessions, access.sign_in_failures to ws_gateway;
grant select, insert, update on access.users to ws_admin;

-- migrate:down

drop table access.sign_in_failures, access.sessions, access.users;
