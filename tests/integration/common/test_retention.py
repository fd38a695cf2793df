"""Every messaging table has its rule, and the purge keeps to it."""

from datetime import timedelta

import pytest

from tests.integration.common.databases import OWNERS, administrator, opened
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.events.topology import CONSUMERS
from wellspring_common.retention import DEAD_LETTERS_KEPT, OUTBOX_KEPT, inbox_kept, purge_messaging
from wellspring_common.stream_sizes import streams

DAY = timedelta(days=1)

_OUTBOX = (
    "insert into {schema}.outbox (event_id, subject, headers, payload, state, created_at, published_at) "
    "values (gen_random_uuid(), $1, '{{}}', '', $2, now() - $3::interval, "
    "case when $2 = 'published' then now() - $3::interval end)"
)
_INBOX = (
    "insert into {schema}.inbox (consumer, event_id, handled_at) "
    "values ($1, gen_random_uuid(), now() - $2::interval)"
)
_ATTEMPTS = (
    "insert into {schema}.attempts (consumer, event_id, failures, updated_at) "
    "values ($1, gen_random_uuid(), 1, now() - $2::interval)"
)
_LETTERS = (
    "insert into {schema}.dead_letters (consumer, event_id, subject, payload, headers, code, detail, "
    "attempts, state, updated_at) values ($1, gen_random_uuid(), 's', '', '{{}}', 'bug', '', 1, $2, "
    "now() - $3::interval)"
)


@pytest.mark.parametrize(("schema", "service"), OWNERS.items())
async def test_what_is_past_its_rule_goes_and_all_else_stays(
    database: FreshDatabase, schema: str, service: str
) -> None:
    async with administrator(database) as admin:
        for name, state, age in [
            ("old", "published", OUTBOX_KEPT + DAY),
            ("young", "published", OUTBOX_KEPT - DAY),
            ("untold", "new", 10 * OUTBOX_KEPT),
            ("stuck", "stuck", 10 * OUTBOX_KEPT),
        ]:
            await admin.execute(_OUTBOX.format(schema=schema), name, state, age)
        for name, age in [("old", inbox_kept() + DAY), ("young", inbox_kept() - DAY)]:
            await admin.execute(_INBOX.format(schema=schema), name, age)
            await admin.execute(_ATTEMPTS.format(schema=schema), name, age)
        for name, state, age in [
            ("old", "replayed", DEAD_LETTERS_KEPT + DAY),
            ("dropped", "dropped", DEAD_LETTERS_KEPT + DAY),
            ("young", "replayed", DEAD_LETTERS_KEPT - DAY),
            ("open", "open", 10 * DEAD_LETTERS_KEPT),
        ]:
            await admin.execute(_LETTERS.format(schema=schema), name, state, age)
        async with opened(database, service) as held:
            assert await purge_messaging(held, schema) == 5
            assert await purge_messaging(held, schema) == 0
        rows = await admin.fetch(
            f"select 'outbox ' || subject as kept from {schema}.outbox "
            f"union all select 'inbox ' || consumer from {schema}.inbox "
            f"union all select 'attempts ' || consumer from {schema}.attempts "
            f"union all select 'letters ' || consumer from {schema}.dead_letters"
        )
    assert {row["kept"] for row in rows} == {
        "outbox young",
        "outbox untold",
        "outbox stuck",
        "inbox young",
        "attempts young",
        "letters young",
        "letters open",
    }


@pytest.mark.parametrize(("days", "kept"), [(1, 37), (3, 37), (7, 37), (8, 38), (30, 60)])
def test_the_inbox_outlives_what_the_outbox_tells_again_on_its_last_day(
    days: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands are kept for seven days, and facts as long as an operator says."""
    monkeypatch.setenv("WELLSPRING_NATS_EVENTS_DAYS", str(days))
    assert inbox_kept() == timedelta(days=kept)
    for consumer in CONSUMERS:
        (stream,) = (each for each in streams() if each.name == consumer.stream)
        assert OUTBOX_KEPT + timedelta(seconds=stream.max_age_s) <= inbox_kept()


async def test_a_purge_forgets_nothing_that_a_stream_of_many_days_may_bring_again(
    database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELLSPRING_NATS_EVENTS_DAYS", "30")
    async with administrator(database) as admin, opened(database, "health") as held:
        for name, days in (("old", 61), ("late", 59)):
            await admin.execute(_INBOX.format(schema="health"), name, timedelta(days=days))
        assert await purge_messaging(held, "health") == 1
        assert await admin.fetchval("select consumer from health.inbox") == "late"


async def test_a_schema_name_that_is_no_name_is_refused(database: FreshDatabase) -> None:
    async with opened(database, "health") as held:
        with pytest.raises(ValueError, match="no schema name"):
            await purge_messaging(held, "health.inbox; drop")
