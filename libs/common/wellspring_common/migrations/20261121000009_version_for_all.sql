-- migrate:up

-- Every service waits for the schema that its code was written for, and so must see how far it is.
grant select on public.schema_migrations to ws_gateway, ws_refresher, ws_health, ws_uploader, ws_admin;

-- migrate:down

revoke select on public.schema_migrations from ws_gateway, ws_refresher, ws_health, ws_uploader, ws_admin;
