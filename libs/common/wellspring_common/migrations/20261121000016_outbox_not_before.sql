-- migrate:up

-- A row whose stream takes nothing now is put off, and the others go on: rows that were never put off come
-- first, by id. One index serves the claim, a second one the few rows that are stuck.

do $$
declare
    owner text;
begin
    foreach owner in array array['catalog', 'links', 'health', 'uploads']
    loop
        execute format($ddl$
            alter table %1$I.outbox add column not_before timestamptz not null default '-infinity';
            create index outbox_due on %1$I.outbox (not_before, id) where state = 'new';
            drop index %1$I.outbox_new;
            create index outbox_stuck on %1$I.outbox (id) where state = 'stuck';
        $ddl$, owner);
    end loop;
end
$$;

-- migrate:down

do $$
declare
    owner text;
begin
    foreach owner in array array['catalog', 'links', 'health', 'uploads']
    loop
        execute format($ddl$
            drop index %1$I.outbox_stuck;
            drop index %1$I.outbox_due;
            create index outbox_new on %1$I.outbox (id) where state = 'new';
            alter table %1$I.outbox drop column not_before;
        $ddl$, owner);
    end loop;
end
$$;
