import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.errors import Throttled
from wellspring_common.fetch.pace import SLOWED_FOR_S, HostPace, Pacer, PaceRule

RULE = PaceRule(concurrency=2, burst=6, rate_per_s=2.0)


def test_a_burst_goes_at_once_and_then_the_rate_applies() -> None:
    pace = HostPace(RULE)
    assert [pace.take(100.0) for _ in range(9)] == [0, 0, 0, 0, 0, 0, 0.5, 1.0, 1.5]


def test_the_burst_comes_back_with_time() -> None:
    pace = HostPace(RULE)
    for _ in range(6):
        pace.take(100.0)
    assert [pace.take(101.0) for _ in range(3)] == [0, 0, 0.5]
    assert [pace.take(200.0) for _ in range(7)] == [0, 0, 0, 0, 0, 0, 0.5]


def test_what_nobody_waits_for_leaves_a_part_of_the_burst() -> None:
    pace = HostPace(RULE)
    for _ in range(3):
        assert pace.wait_leaving(100.0, 3) == 0
        pace.take(100.0)
    assert pace.wait_leaving(100.0, 3) == 0.5
    assert [pace.take(100.0) for _ in range(4)] == [0, 0, 0, 0.5]


@given(
    st.lists(
        st.tuples(st.sampled_from(("take", "quiet", "slow")), st.floats(0, 4), st.floats(0, 3)), max_size=40
    ),
    st.sampled_from((RULE, PaceRule(1, 1, 0.5))),
)
def test_a_turn_for_now_is_one_that_nobody_would_wait_for(
    steps: list[tuple[str, float, float]], rule: PaceRule
) -> None:
    at_once, other, now = HostPace(rule), HostPace(rule), 1000.0
    for what, later, seconds in steps:
        now += later
        if what == "quiet":
            at_once.quiet(now, seconds)
            other.quiet(now, seconds)
        elif what == "slow":
            at_once.slow(now, seconds)
            other.slow(now, seconds)
        elif other.wait(now) <= 0:
            assert at_once.take_now(now)
            other.take(now)
        else:
            assert not at_once.take_now(now)
        assert at_once == other


def test_a_quiet_host_is_left_alone_for_the_longer_of_its_wishes() -> None:
    pace = HostPace(RULE)
    pace.quiet(100.0, 30.0)
    pace.quiet(101.0, 5.0)
    assert pace.wait(100.0) == 30.0
    assert pace.wait(129.0) == 1.0
    assert pace.wait(131.0) == 0


async def test_no_more_than_the_allowed_number_run_at_once() -> None:
    pacer, inside, most = Pacer(PaceRule(concurrency=2, burst=100, rate_per_s=100)), 0, 0
    leave = asyncio.Event()

    async def visit() -> None:
        nonlocal inside, most
        async with pacer.turn("host:80", patience_s=1):
            inside += 1
            most = max(most, inside)
            await leave.wait()
            inside -= 1

    visits = [asyncio.create_task(visit()) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert most == 2
    leave.set()
    await asyncio.gather(*visits)
    assert most == 2


async def test_who_has_no_patience_is_told_how_long_it_would_take() -> None:
    now = 100.0
    pacer = Pacer(RULE, clock=lambda: now)
    pacer.quiet("host:80", 40.0)
    with pytest.raises(Throttled) as raised:
        async with pacer.turn("host:80", patience_s=5):
            pass
    assert raised.value.retry_after == 40.0
    async with pacer.turn("other:80", patience_s=5):
        pass
    assert pacer.quiet_for("host:80") == 40.0


async def test_hosts_that_are_idle_are_forgotten_once_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wellspring_common.fetch.pace.MOST_HOSTS", 10)
    now = 100.0
    pacer = Pacer(RULE, clock=lambda: now)
    pacer.quiet("kept:80", 1000.0)
    for number in range(50):
        pacer.quiet_for(f"host{number}:80")
    assert len(pacer._hosts) <= 11
    assert pacer.quiet_for("kept:80") == 1000.0


async def test_a_wish_for_slowness_lapses_when_nobody_renews_it() -> None:
    now = 0.0
    pacer = Pacer(PaceRule(), clock=lambda: now)

    async def second_turn_is_away() -> float:
        async with pacer.turn("slow.example:443", patience_s=60):
            return pacer.quiet_for("slow.example:443")

    pacer.slow("slow.example:443", 60)
    assert await second_turn_is_away() == 60
    now = SLOWED_FOR_S - 1
    pacer.slow("slow.example:443", 5)  # another definition's smaller wish changes nothing
    assert await second_turn_is_away() == 60
    now += 61
    pacer.slow("slow.example:443", 5)  # what the operator has made of it since
    assert await second_turn_is_away() == 5
    now += SLOWED_FOR_S
    assert await second_turn_is_away() == 0
