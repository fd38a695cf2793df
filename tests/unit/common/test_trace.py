import asyncio
import re

import pytest
import structlog

from wellspring_common.trace import current_traceparent, new_traceparent, traced

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SHAPE = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-01$")


def test_a_span_stays_in_the_trace_of_its_parent() -> None:
    made = new_traceparent(PARENT)
    assert SHAPE.match(made)
    assert made.split("-")[1] == PARENT.split("-")[1]
    assert made.split("-")[2] != PARENT.split("-")[2]


@pytest.mark.parametrize("parent", [None, "", "00-short-b7ad6b7169203331-01", PARENT.upper(), f"{PARENT}\n-"])
def test_what_is_no_trace_begins_a_new_one(parent: str | None) -> None:
    made = new_traceparent(parent)
    assert SHAPE.match(made)
    assert made.split("-")[1] != PARENT.split("-")[1]


def test_a_block_runs_in_its_trace_and_leaves_it() -> None:
    assert current_traceparent() is None
    with traced(PARENT) as outer:
        assert current_traceparent() == outer
        with traced(outer) as inner:
            assert current_traceparent() == inner
            assert inner.split("-")[1] == PARENT.split("-")[1]
        assert current_traceparent() == outer
    assert current_traceparent() is None


def test_log_lines_carry_the_trace_and_the_ids() -> None:
    with traced(PARENT, job_id="j1"):
        assert structlog.contextvars.get_contextvars() == {"trace_id": PARENT.split("-")[1], "job_id": "j1"}
    assert structlog.contextvars.get_contextvars() == {}


async def test_two_tasks_do_not_see_each_others_trace() -> None:
    async def own() -> str | None:
        with traced(None):
            await asyncio.sleep(0)
            return current_traceparent()

    first, second = await asyncio.gather(own(), own())
    assert first != second
    assert current_traceparent() is None
