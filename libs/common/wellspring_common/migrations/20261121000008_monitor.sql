-- migrate:up

-- For a Postgres exporter: it sees the server's statistics and no table of ours.
do $$
begin
    create role ws_monitor nologin;
exception
    when duplicate_object or unique_violation then null;
end;
$$;

do $$
begin
    grant pg_monitor to ws_monitor;
exception
    when insufficient_privilege then
        raise notice 'ws_monitor may not see statistics here: grant pg_monitor to it as an administrator';
end;
$$;

-- migrate:down

do $$
begin
    revoke pg_monitor from ws_monitor;
exception
    when insufficient_privilege then null;
end;
$$;
