-- migrate:up

-- Whoever signs in elsewhere (a provider, a proxy) has no password here.
alter table access.users alter column password_hash drop not null;
alter table access.users add column must_change boolean not null default false;
alter table access.users add column last_sign_in_at timestamptz;
comment on column access.users.must_change is 'The password was made by somebody else: it opens nothing but its own change.';

create table access.invites (
    token_hash bytea primary key,
    user_id bigint not null references access.users on delete cascade,
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
);
create index invites_by_user on access.invites (user_id);
comment on table access.invites is 'Links that set a password once: for a new user, and for one who forgot it.';

create table access.identities (
    issuer text not null,
    subject text not null,
    user_id bigint not null references access.users on delete cascade,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    primary key (issuer, subject)
);
create index identities_by_user on access.identities (user_id);
comment on table access.identities is 'Who a user is at a provider. A name may change hands there, a subject does not.';

create table access.api_tokens (
    id bigint generated always as identity primary key,
    user_id bigint not null references access.users on delete cascade,
    name text not null check (length(name) between 1 and 100),
    token_hash bytea not null unique,
    scopes text[] not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null default now()
);
create index api_tokens_by_user on access.api_tokens (user_id, id);

create table access.devices (
    id bigint generated always as identity primary key,
    user_id bigint references access.users on delete cascade,
    name text not null check (length(name) between 1 and 100),
    token_hash bytea not null unique,
    scope text not null default 'play' check (scope = 'play'),
    last_used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null default now()
);
create index devices_by_user on access.devices (user_id, id);

create table access.audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    user_id bigint references access.users on delete set null,
    actor text not null,
    via text not null,
    client text,
    action text not null,
    target text,
    detail jsonb not null default '{}'
);
create index audit_by_action on access.audit (action, id);
create index audit_by_actor on access.audit (lower(actor), id);
create index audit_by_age on access.audit (at);
comment on table access.audit is 'Who did what, when, to what. Rows are written and, past their time, deleted: never changed.';

grant select, insert, update, delete on
    access.invites, access.identities, access.api_tokens, access.devices to ws_gateway;
grant select, insert, delete on access.audit to ws_gateway;
-- for the null that a deleted user leaves behind
grant update (user_id) on access.audit to ws_gateway;
grant select, insert on access.audit to ws_admin;

-- migrate:down

drop table access.audit, access.devices, access.api_tokens, access.identities, access.invites;
alter table access.users drop column last_sign_in_at;
alter table access.users drop column must_change;
delete from access.users where password_hash is null;
alter table access.users alter column password_hash set not null;
