-- migrate:up

-- What a person does about a dead letter: try it again, or drop it with a reason. Both run with the rights of
-- the tables' owner, so that the gateway needs no right to another service's tables.

-- A letter says how often its event was replayed before, also where it is the second one of that event.
create function public.count_replays() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as
$$
begin
    execute format(
        'select coalesce(max(replays), 0) from %I.dead_letters where consumer = $1 and event_id = $2',
        tg_table_schema
    ) into new.replays using new.consumer, new.event_id;
    return new;
end
$$;

do $$
declare
    schema_name text;
begin
    foreach schema_name in array array['catalog', 'links', 'health', 'uploads']
    loop
        execute format($ddl$
            alter table %1$I.dead_letters
                add column replays integer not null default 0,
                add column replayed_as uuid,
                add column decided_by text,
                add column decided_at timestamptz;
            comment on column %1$I.dead_letters.replays is
                'How often the event was brought to its consumer again, letters before this one included.';
            comment on column %1$I.dead_letters.replayed_as is 'The event_id of the outbox row that brings it.';
            create index dead_letters_of_event on %1$I.dead_letters (consumer, event_id);
            create trigger dead_letters_count_replays
                before insert on %1$I.dead_letters
                for each row execute function public.count_replays();

            -- Only the code knows where a consumer hears its replays, so it says the subject. It is checked here:
            -- whoever may replay a letter may not say anything to anybody.
            create function %1$I.replay_dead_letter(letter bigint, by_whom text, replay_subject text)
            returns uuid
            language plpgsql security definer set search_path = pg_catalog, pg_temp as
            $body$
            declare
                held %1$I.dead_letters;
                message_id text;
                row_id uuid;
            begin
                select * into held from %1$I.dead_letters where id = letter for update;
                if not found then
                    raise no_data_found using message = format('there is no letter %%s', letter);
                elsif held.state <> 'open' then
                    raise object_not_in_prerequisite_state using message = held.state;
                elsif replay_subject is null or replay_subject <>
                    'replay.' || split_part(replay_subject, '.', 2) || '.' || held.consumer
                then
                    raise invalid_parameter_value
                        using message = format('%%s does not hear %%L', held.consumer, replay_subject);
                end if;
                -- Two consumers of one stream may have died of one event: the broker must not take the second
                -- replay for a repetition of the first.
                message_id := format('%%s#r%%s.%%s', held.event_id, held.replays + 1, held.consumer);
                row_id := md5(message_id || '/' || letter)::uuid;
                delete from %1$I.attempts where consumer = held.consumer and event_id = held.event_id;
                insert into %1$I.outbox (event_id, subject, headers, payload)
                values (
                    row_id,
                    replay_subject,
                    -- What the sender asked of the broker then (a deadline, an expected stream) is over.
                    (
                        select coalesce(jsonb_object_agg(key, value), '{}')
                        from jsonb_each(held.headers) where lower(key) not like 'nats-%%'
                    ) || jsonb_build_object('ws-event-id', held.event_id, 'Nats-Msg-Id', message_id),
                    held.payload
                );
                update %1$I.dead_letters
                set state = 'replayed', replays = replays + 1, replayed_as = row_id,
                    decided_by = by_whom, decided_at = now(), updated_at = now()
                where id = letter;
                return row_id;
            end
            $body$;

            create function %1$I.drop_dead_letter(letter bigint, by_whom text, why text) returns void
            language plpgsql security definer set search_path = pg_catalog, pg_temp as
            $body$
            declare
                held_state text;
            begin
                select state into held_state from %1$I.dead_letters where id = letter for update;
                if not found then
                    raise no_data_found using message = format('there is no letter %%s', letter);
                elsif held_state <> 'open' then
                    raise object_not_in_prerequisite_state using message = held_state;
                elsif coalesce(trim(why), '') = '' then
                    raise invalid_parameter_value using message = 'a letter is dropped for a reason';
                end if;
                update %1$I.dead_letters
                set state = 'dropped', note = trim(why),
                    decided_by = by_whom, decided_at = now(), updated_at = now()
                where id = letter;
            end
            $body$;

            revoke execute on function
                %1$I.replay_dead_letter(bigint, text, text), %1$I.drop_dead_letter(bigint, text, text)
                from public;
            grant execute on function
                %1$I.replay_dead_letter(bigint, text, text), %1$I.drop_dead_letter(bigint, text, text)
                to ws_gateway, ws_admin;
        $ddl$, schema_name);
    end loop;
end
$$;

-- The letters of all schemas, for whoever may look at all of them. A column that is not asked for costs nothing.
do $$
declare
    parts text[] := '{}';
    schema_name text;
begin
    foreach schema_name in array array['catalog', 'links', 'health', 'uploads']
    loop
        parts := parts || format($part$
            select
                %1$L::text as schema_name, l.id, l.consumer,
                coalesce(nullif(split_part(l.headers ->> 'ws-schema', '/', 1), ''), l.subject) as event,
                l.code, l.detail, l.fingerprint, l.attempts, l.replays, l.state, l.note,
                l.decided_by, l.decided_at, l.created_at, l.updated_at,
                l.event_id, l.subject, l.headers, l.payload,
                (
                    select n.id from %1$I.dead_letters as n
                    where n.consumer = l.consumer and n.event_id = l.event_id and n.id > l.id
                    order by n.id limit 1
                ) as died_again_as,
                (
                    select i.handled_at from %1$I.inbox as i
                    where i.consumer = l.consumer and i.event_id = l.event_id
                ) as handled_at,
                l.replayed_as is not null and not exists (
                    select from %1$I.outbox as o where o.event_id = l.replayed_as and o.state <> 'published'
                ) as is_sent
            from %1$I.dead_letters as l
        $part$, schema_name);
    end loop;
    execute 'create view public.dead_letters as '
        || array_to_string(parts, ' union all ');
end
$$;
comment on view public.dead_letters is 'What services gave up on, all schemas together.';
grant select on public.dead_letters to ws_gateway, ws_admin;

-- migrate:down

drop view public.dead_letters;
do $$
declare
    schema_name text;
begin
    foreach schema_name in array array['catalog', 'links', 'health', 'uploads']
    loop
        execute format($ddl$
            drop function %1$I.replay_dead_letter(bigint, text, text);
            drop function %1$I.drop_dead_letter(bigint, text, text);
            drop trigger dead_letters_count_replays on %1$I.dead_letters;
            drop index %1$I.dead_letters_of_event;
            alter table %1$I.dead_letters
                drop column replays, drop column replayed_as, drop column decided_by, drop column decided_at;
        $ddl$, schema_name);
    end loop;
end
$$;
drop function public.count_replays();
