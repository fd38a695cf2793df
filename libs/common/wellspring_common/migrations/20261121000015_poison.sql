-- migrate:up

-- An event whose handler takes its process with it leaves no failure behind, only a run that never ended.
-- And letters that died in the same way are told by their fingerprint.

do $$
declare
    schema_name text;
begin
    foreach schema_name in array array ['catalog', 'links', 'health', 'uploads']
    loop
        execute format($ddl$
            alter table %1$I.attempts
                alter column failures set default 0,
                add column unended integer not null default 0;
            comment on column %1$I.attempts.unended is
                'Runs that were noted as begun and never as ended. The first run of an event is not noted.';
            alter table %1$I.dead_letters add column fingerprint text not null default '';
            comment on column %1$I.dead_letters.fingerprint is
                'What the error was and where it came from: the same for letters that died in the same way.';
        $ddl$, schema_name);
    end loop;
end
$$;

-- migrate:down

do $$
declare
    schema_name text;
begin
    foreach schema_name in array array ['catalog', 'links', 'health', 'uploads']
    loop
        execute format($ddl$
            alter table %1$I.dead_letters drop column fingerprint;
            alter table %1$I.attempts alter column failures drop default, drop column unended;
        $ddl$, schema_name);
    end loop;
end
$$;
