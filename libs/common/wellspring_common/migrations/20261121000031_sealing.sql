-- migrate:up

create table access.sealing (
    only_one boolean primary key default true check (only_one),
    secret bytea not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table access.sealing is 'What every gateway seals the addresses of playlists'' parts with. One row, kept.';

-- each gives 122 bits of the server's own strong randomness
insert into access.sealing (secret)
select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());

grant select on access.sealing to ws_gateway;

-- migrate:down

drop table access.sealing;
