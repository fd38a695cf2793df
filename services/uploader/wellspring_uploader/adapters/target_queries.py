"""The statements about targets and their credentials."""

_COLUMNS = "id, name, kind, settings, state, from_environment"

TARGET = f"select {_COLUMNS} from uploads.targets where id = $1"  # noqa: S608  (constant parts)
TARGET_LOCKED = f"{TARGET} for update"
OF_ENVIRONMENT = f"select {_COLUMNS} from uploads.targets where from_environment for update"  # noqa: S608
NAMED = f"select {_COLUMNS} from uploads.targets where lower(name) = lower($1) for update"  # noqa: S608

MAKE = """
insert into uploads.targets (name, kind, settings, interval_s, from_environment)
values ($1, $2, $3, $4, false) returning id
"""
MAKE_OF_ENVIRONMENT = MAKE.replace("false", "true")
# New credentials are what a target waits for that was refused with the old ones.
CHANGE = """
update uploads.targets
set name = $2, settings = $3, interval_s = $4, updated_at = now(),
    state = case when $5 and state = 'auth_paused' then 'ready' else state end,
    state_reason = case when $5 and state = 'auth_paused' then null else state_reason end
where id = $1
"""
NO_MORE_OF_ENVIRONMENT = """
update uploads.targets set from_environment = false, updated_at = now() where id = $1
"""

SEALED = "select sealed from uploads.credentials where target_id = $1"
ALL_SEALED = "select target_id, sealed from uploads.credentials order by target_id for update"
KEEP_SEALED = """
insert into uploads.credentials (target_id, sealed) values ($1, $2)
on conflict (target_id) do update set sealed = excluded.sealed, updated_at = now()
"""

USED_BY = """
select title from uploads.schedules
where target_id = $1 and state in ('active', 'paused') order by position limit 20
"""
FORGET_SCHEDULES = "delete from uploads.schedules where target_id = $1"
REMOVE = "delete from uploads.targets where id = $1"

SET_STATE = """
update uploads.targets set state = $2, state_reason = $3, updated_at = now() where id = $1
"""
# A platform that could not be asked has taken nothing back of what it told of the account.
NOTE_TEST = """
update uploads.targets
set tested_at = $2, updated_at = now(),
    test_result = case when $4 then $3::jsonb
        else $3::jsonb || jsonb_build_object('limits', coalesce(test_result -> 'limits', '{}')) end,
    state = case when $4 and state = 'auth_paused' then 'ready' else state end,
    state_reason = case when $4 and state = 'auth_paused' then null else state_reason end
where id = $1
"""
