"""In which order servers are offered that were measured."""

from datetime import timedelta

import pytest

from wellspring_gateway.adapters.server_records import FRESH_S, ServerRecords
from wellspring_gateway.domain.offers import Link, in_order
from wellspring_gateway.domain.records import UNMEASURED, ServerRecord, latency_step, reliability_step

from .builders import HOUR, NOW, link

GOOD, FAIR, BAD = ServerRecord(300, 0.99), ServerRecord(300, 0.88), ServerRecord(300, 0.3)


def order(*links: Link, preferred: tuple[str, ...] = (), **records: ServerRecord) -> str:
    ids = frozenset(each.id for each in links)
    listed = in_order(
        links, offered=ids, preferred=preferred, records=records, seen_since=NOW - timedelta(minutes=30)
    )
    return "".join(each.server for each in listed)


def abc(**changes: object) -> list[Link]:
    return [link(number, server=server, **changes) for number, server in enumerate("abc", start=1)]


def test_the_more_reliable_server_comes_first() -> None:
    assert order(*abc(), a=BAD, b=GOOD, c=FAIR) == "bca"


def test_the_operators_order_comes_before_what_was_measured() -> None:
    assert order(*abc(), preferred=("a", "c"), a=BAD, b=GOOD, c=FAIR) == "acb"


def test_a_server_that_nobody_measured_stands_between_the_good_and_the_bad() -> None:
    assert order(*abc(), a=BAD, c=GOOD) == "cba"


def test_the_quicker_of_two_as_reliable_servers_comes_first() -> None:
    slow, quick = ServerRecord(300, 0.97, 900), ServerRecord(300, 0.99, 80)
    assert order(*abc(), a=slow, b=quick, c=BAD) == "bac"


def test_small_differences_do_not_change_the_order() -> None:
    one, other = ServerRecord(300, 0.97, 210), ServerRecord(310, 0.99, 390)
    assert order(*abc()[:2], a=one, b=other) == order(*abc()[:2], a=other, b=one) == "ab"


@pytest.mark.parametrize(
    ("record", "step"),
    [(UNMEASURED, 2), (ServerRecord(2, 1.0), 2), (ServerRecord(18, 1.0), 0), (FAIR, 1), (BAD, 3)],
)
def test_few_probes_prove_little(record: ServerRecord, step: int) -> None:
    assert reliability_step(record) == step


def test_latency_counts_by_doublings_and_unknown_last() -> None:
    steps = [latency_step(ms) for ms in (0, 99, 100, 199, 200, 900, 10**9, None)]
    assert steps == sorted(steps)
    assert steps[0] == steps[1] < steps[2] == steps[3] < steps[4]
    assert steps[-2] < steps[-1]


def test_a_link_seen_lately_comes_before_one_that_was_not() -> None:
    old = link(1, server="a", ok_at=NOW - HOUR)
    fresh = link(2, server="b", ok_at=NOW - timedelta(minutes=5))
    assert order(old, fresh, a=GOOD, b=BAD) == "ba"


class Rows:
    """A connection that counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False

    async def fetch(self, _query: str) -> list[dict[str, object]]:
        self.asked += 1
        if self.fails:
            raise OSError
        return [{"server": "pixel", "probes": 10.0, "reliability": 0.5, "latency_ms": None}]


async def test_all_pages_of_a_minute_share_one_question() -> None:
    now, rows = 1000.0, Rows()
    records = ServerRecords(lambda: now)
    for _ in range(50):
        assert await records.current(rows) == {"pixel": ServerRecord(10.0, 0.5)}  # type: ignore[arg-type]
    assert rows.asked == 1
    now += FRESH_S
    await records.current(rows)  # type: ignore[arg-type]
    assert rows.asked == 2


async def test_a_question_that_failed_is_asked_again() -> None:
    records, rows = ServerRecords(lambda: 0.0), Rows()
    rows.fails = True
    with pytest.raises(OSError):
        await records.current(rows)  # type: ignore[arg-type]
    rows.fails = False
    assert "pixel" in await records.current(rows)  # type: ignore[arg-type]
