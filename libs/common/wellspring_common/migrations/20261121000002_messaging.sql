-- migrate:up

-- The same four tables for each service: what it must tell (outbox), what it has handled (inbox), how
-- often it failed (attempts), and what it gave up on (dead_letters).

create function public.wake_relay() returns trigger
language plpgsql as
$$
begin
    perform pg_notify('outbox_' || tg_table_schema, '');
    return null;
end
$$;

do $$
declare
    owner record;
begin
    for owner in
        select *
        from (
            values ('catalog', 'ws_gateway'), ('links', 'ws_refresher'),
                   ('health', 'ws_health'), ('uploads', 'ws_uploader')
        ) as pairs (schema_name, role_name)
    loop
        execute format($ddl$
            create table %1$I.outbox (
                id bigint generated always as identity primary key,
                event_id uuid not null unique,
                subject text not null,
                headers jsonb not null,
                payload bytea not null,
                state text not null default 'new' check (state in ('new', 'published', 'stuck')),
                last_error text,
                created_at timestamptz not null default now(),
                published_at timestamptz
            );
            create index outbox_new on %1$I.outbox (id) where state = 'new';
            create index outbox_published on %1$I.outbox (published_at) where state = 'published';
            create trigger outbox_wakes_relay
                after insert on %1$I.outbox
                for each statement execute function public.wake_relay();

            create table %1$I.inbox (
                consumer text not null,
                event_id uuid not null,
                handled_at timestamptz not null default now(),
                primary key (consumer, event_id)
            );
            create index inbox_handled on %1$I.inbox (handled_at);

            create table %1$I.attempts (
                consumer text not null,
                event_id uuid not null,
                failures integer not null,
                last_error text,
                created_at timestamptz not null default now(),
                updated_at timestamptz not null default now(),
                primary key (consumer, event_id)
            );

            create table %1$I.dead_letters (
                id bigint generated always as identity primary key,
                consumer text not null,
                event_id uuid not null,
                subject text not null,
                payload bytea not null,
                headers jsonb not null,
                code text not null,
                detail text not null,
                attempts integer not null,
                state text not null default 'open' check (state in ('open', 'replayed', 'dropped')),
                note text,
                created_at timestamptz not null default now(),
                updated_at timestamptz not null default now()
            );
            create unique index dead_letters_open on %1$I.dead_letters (consumer, event_id)
                where state = 'open';

            grant select, insert, update, delete
                on %1$I.outbox, %1$I.inbox, %1$I.attempts, %1$I.dead_letters to %2$I;
            grant select on %1$I.outbox, %1$I.inbox, %1$I.attempts to ws_admin;
            grant select, insert, update, delete on %1$I.dead_letters to ws_admin;
        $ddl$, owner.schema_name, owner.role_name);
    end loop;
end
$$;

-- migrate:down

drop table catalog.outbox, catalog.inbox, catalog.attempts, catalog.dead_letters;
drop table links.outbox, links.inbox, links.attempts, links.dead_letters;
drop table health.outbox, health.inbox, health.attempts, health.dead_letters;
drop table uploads.outbox, uploads.inbox, uploads.attempts, uploads.dead_letters;
drop function public.wake_relay();
