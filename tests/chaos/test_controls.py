"""Three usual mistakes lose events or do things twice, and the ledger sees it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.chaos.small import Small

pytestmark = pytest.mark.chaos

Tell = Callable[[object], None]


@pytest.mark.parametrize(
    ("how", "victims", "wrong"),
    [
        pytest.param("well", ("produce", "consume"), set(), id="done well", marks=pytest.mark.long),
        pytest.param("dual", ("produce",), {"lost"}, id="commit, then publish", marks=pytest.mark.control),
        pytest.param(
            "hasty",
            ("consume",),
            {"lost"},
            id="acknowledge first",
            marks=[pytest.mark.control, pytest.mark.long],
        ),
        pytest.param("forgetful", ("consume",), {"twice"}, id="no inbox", marks=pytest.mark.control),
    ],
)
async def test_the_ledger_sees_what_is_lost_and_what_happens_twice(
    small: Callable[[str], AbstractAsyncContextManager[Small]],
    tell: Tell,
    how: str,
    victims: tuple[str, ...],
    wrong: set[str],
) -> None:
    async with small(how) as stack:
        for _ in range(3):
            await stack.grows()
            for victim in victims:
                await stack.kill(victim)
        claim = await stack.judged(tell, wrong)
    assert claim.kills >= 3
