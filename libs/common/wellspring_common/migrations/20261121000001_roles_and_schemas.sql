-- migrate:up

-- Group roles without a login. Logins with passwords are made by `wellspring db roles`, never here.
-- Roles belong to the cluster, so another database may have made them already.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['ws_gateway', 'ws_refresher', 'ws_health', 'ws_uploader', 'ws_admin']
    loop
        begin
            execute format('create role %I nologin', role_name);
        exception
            when duplicate_object or unique_violation then null;
        end;
    end loop;
end
$$;

create schema catalog;
comment on schema catalog is 'Titles, episodes, sources and settings. Written by the gateway only.';
create schema access;
comment on schema access is 'Users and their sign-ins. Written and read by the gateway only.';
create schema links;
comment on schema links is 'Links, jobs and the refresh schedule. Written by the refresher only, but the gateway adds jobs.';
create schema health;
comment on schema health is 'What probes found out about links. Written by health only.';
create schema uploads;
comment on schema uploads is 'Downloads and uploads. Written by the uploader only.';

revoke create on schema public from public;

grant usage on schema catalog to ws_gateway, ws_refresher, ws_health, ws_uploader, ws_admin;
grant usage on schema access to ws_gateway, ws_admin;
grant usage on schema links to ws_gateway, ws_refresher, ws_health, ws_uploader, ws_admin;
grant usage on schema health to ws_gateway, ws_refresher, ws_health, ws_uploader, ws_admin;
grant usage on schema uploads to ws_gateway, ws_uploader, ws_admin;

-- migrate:down

drop schema uploads, health, links, access, catalog cascade;
