"""Processes that stand still, links that fall silent, copies of everything: each effect happens once."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.chaos.small import FORGETFUL, HASTY, WELL, Small, administrator
from tests.chaos.small_process import CONSUMER
from tests.support.gateway import eventually
from tests.support.half_open import half_open
from wellspring_common.events.envelope import MESSAGE_ID
from wellspring_common.outbox import POLL_S

pytestmark = [pytest.mark.chaos, pytest.mark.long]

NOTICED_S = 15.0
BACK_S = 20.0
SLACK_S = 6.0
"""What a loaded machine takes for the rest."""

Tell = Callable[[object], None]
Smalls: TypeAlias = Callable[[str], AbstractAsyncContextManager[Small]]


@pytest.mark.parametrize(("how", "wrong"), [WELL, FORGETFUL])
async def test_a_consumer_that_stood_still_for_longer_than_its_time_does_no_harm(
    small: Smalls, tell: Tell, how: str, wrong: set[str]
) -> None:
    async with small(how) as stack:
        await stack.grows()
        stack.pause("consume")
        await stack.start("consume", "second")
        await asyncio.sleep(2 * CONSUMER.ack_wait_s)
        await stack.grows()
        before = (await stack.told_so_far()).redelivered
        stack.go_on("consume")  # it goes on with what the other has done long ago, and says so late
        await stack.grows()
        assert before > 0, "what it had in hand was brought to the other"
        await stack.judged(tell, wrong)


@pytest.mark.parametrize(
    ("server", "how", "wrong"),
    [
        pytest.param("nats", "well", set(), id="nats"),
        pytest.param("postgres", "well", set(), id="postgres"),
        pytest.param("nats", "forgetful", {"twice"}, id="nats, no inbox", marks=pytest.mark.control),
        pytest.param(
            "postgres", "hasty", {"lost"}, id="postgres, acknowledge first", marks=pytest.mark.control
        ),
    ],
)
async def test_a_link_that_fell_silent_is_noticed_and_made_anew(
    small: Smalls, tell: Tell, server: str, how: str, wrong: set[str]
) -> None:
    async with small(how) as stack:
        name = "WELLSPRING_NATS_URL" if server == "nats" else "WELLSPRING_DATABASE_URL"
        url = stack.servers.nats.url() if server == "nats" else stack.database.admin_url
        port = urlsplit(url).port
        assert port is not None
        async with half_open(port) as proxy:
            through = url.replace(f":{port}", f":{proxy.port}")
            await stack.end("consume")
            await stack.start("consume", **{name: through})
            await stack.grows()
            proxy.pause()
            await asyncio.sleep(2)
            proxy.resume()
            # a connection that has lost something never works again: the consumer has to see that itself
            took = await stack.grows()
            await stack.judged(tell, wrong)
        assert proxy.lost > 0
        assert took <= NOTICED_S + SLACK_S


@pytest.mark.parametrize(("how", "wrong"), [WELL, FORGETFUL])
async def test_every_event_may_come_twice_within_the_window_and_long_after_it(
    small: Smalls, tell: Tell, how: str, wrong: set[str]
) -> None:
    async with small(how) as stack:
        await stack.grows(60)
        assert await copied(stack, known=True) > 0
        stack.servers.kill("nats")
        await stack.grows()
        count = await copied(stack, known=False)
        assert count > 60
        await eventually(stack.waiting, lambda left: left[1] < 50, patience_s=60)
        await stack.judged(tell, wrong)


async def copied(stack: Small, *, known: bool) -> int:
    """Store every message once more: under its own id, or as it comes after the window, under none known."""
    async with administrator(stack.servers) as context:
        state = (await context.stream_info(stack.stream)).state
        for sequence in range(state.first_seq, state.last_seq + 1):
            message = await context.get_msg(stack.stream, sequence)
            headers = dict(message.headers or {})
            assert message.subject is not None
            if not known:
                headers[MESSAGE_ID] += "/again"
            await context.publish(message.subject, message.data or b"", headers=headers)
        return state.last_seq


@pytest.mark.parametrize(("how", "wrong"), [WELL, HASTY])
async def test_who_is_asked_to_end_finishes_or_gives_back(
    small: Smalls, tell: Tell, how: str, wrong: set[str]
) -> None:
    async with small(how) as stack:
        for _ in range(4):
            await stack.grows()
            await stack.leave("consume")
        await stack.judged(tell, wrong)


async def test_a_relay_that_nobody_wakes_polls_and_listens_again(small: Smalls, tell: Tell) -> None:
    async with small("well") as stack:
        await stack.grows()
        (first,) = await listening(stack)
        connection = await asyncpg.connect(stack.database.admin_url)
        try:
            await connection.execute("select pg_terminate_backend($1)", first)
        finally:
            await connection.close()
        assert await stack.grows() < POLL_S + SLACK_S
        await eventually(
            lambda: listening(stack), lambda found: bool(found) and first not in found, patience_s=BACK_S
        )
        await stack.judged(tell, set())


async def listening(stack: Small) -> list[int]:
    """Return the connections that wait to be woken."""
    rows = await stack.rows(
        "select pid from pg_stat_activity where datname = current_database() "
        "and application_name = 'wellspring-health' and query like '%extract(epoch from%'"
    )
    return [int(row["pid"]) for row in rows]
