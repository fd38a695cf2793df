"""Faults meet the requests that they are meant for, as often as they are meant to."""

from typing import Any

import pytest

from wellspring_demo.domain.faults import FaultBook, fault_from
from wellspring_demo.domain.request_log import Entry, RequestLog


def book(*faults: dict[str, Any]) -> FaultBook:
    made = FaultBook()
    for fault in faults:
        made.add(fault_from(fault))
    return made


def test_a_fault_meets_its_own_target_only() -> None:
    faults = book({"target": "fsl", "kind": "status", "status": 503})
    assert faults.meet("pixel", "GET", "/").answering is None
    answering = faults.meet("fsl", "GET", "/").answering
    assert answering is not None
    assert answering.status == 503


def test_a_prefix_is_compared_with_path_and_query() -> None:
    faults = book({"target": "generator", "kind": "garbage", "path_prefix": "/vcloud.php?host=vcloud&id=abc"})
    assert faults.meet("generator", "GET", "/vcloud.php?host=vcloud&id=abd").answering is None
    assert faults.meet("generator", "GET", "/vcloud.php?host=vcloud&id=abc&token=x").answering is not None


def test_a_fault_with_a_count_ends_by_itself() -> None:
    faults = book({"target": "site", "kind": "status", "times": 2})
    met = [faults.meet("site", "GET", "/v/x").answering is not None for _ in range(3)]
    assert met == [True, True, False]
    assert list(faults) == []


def test_of_two_answers_the_first_is_used_up_first() -> None:
    faults = book(
        {"target": "site", "kind": "status", "status": 429, "times": 1},
        {"target": "site", "kind": "challenge", "times": 1},
    )
    met = [faults.meet("site", "GET", "/").answering for _ in range(2)]
    kinds = [fault.kind if fault else None for fault in met]
    assert kinds == ["status", "challenge"]


def test_waits_add_up_and_leave_the_answer_to_others() -> None:
    faults = book(
        {"target": "site", "kind": "slow", "delay_s": 0.05},
        {"target": "site", "kind": "slow", "delay_s": 0.1},
        {"target": "site", "kind": "drift"},
    )
    met = faults.meet("site", "GET", "/")
    assert met.delay_s == pytest.approx(0.15)
    assert [fault.kind for fault in met.shaping] == ["drift"]
    assert met.answering is None


def test_a_head_fault_leaves_get_alone_and_is_not_used_up_by_it() -> None:
    faults = book({"target": "fsl", "kind": "head_rejected", "times": 1})
    assert faults.meet("fsl", "GET", "/x").answering is None
    assert faults.meet("fsl", "HEAD", "/x").answering is not None


def test_one_fault_can_be_taken_back() -> None:
    faults = book({"target": "site", "kind": "drift"}, {"target": "site", "kind": "reset"})
    first = next(iter(faults))
    assert faults.remove(first.id)
    assert not faults.remove(first.id)
    assert [fault.kind for fault in faults] == ["reset"]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"target": "moon", "kind": "status"}, "target"),
        ({"target": "site", "kind": "sulk"}, "kind"),
        ({"target": "site", "kind": "status", "colour": "red"}, "unknown fields"),
        ({"target": "site", "kind": "status", "id": 4}, "unknown fields"),
        ({"target": "fsl", "kind": "drift"}, "for pages"),
        ({"target": "shim", "kind": "drift"}, "for pages"),
        ({"target": "anime", "kind": "error_video"}, "for files"),
        ({"target": "site", "kind": "kill_links"}, "needs a server"),
        ({"target": "site", "kind": "redirect_to"}, "needs a url"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(data: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        fault_from(data)


def test_the_log_keeps_the_last_requests() -> None:
    log = RequestLog(kept=3)
    for number in range(5):
        log.add(Entry("site" if number % 2 else "fsl", "GET", f"/{number}", None, None, None, "", 0, 0, 1))
    assert [entry.path for entry in log.entries()] == ["/2", "/3", "/4"]
    assert [entry.path for entry in log.entries("site")] == ["/3"]
    log.clear()
    assert len(log) == 0
