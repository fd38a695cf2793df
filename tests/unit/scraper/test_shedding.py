"""Taking on less before memory runs out, decided from control groups that tests make up."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from wellspring_common import metrics
from wellspring_common.cgroup import GroupMemory, read_memory
from wellspring_scraper.adapters import shedding
from wellspring_scraper.adapters.shedding import Shedding, look_within

MB = 1024 * 1024
IDLE = GroupMemory(limit=512 * MB, hard=60 * MB, working_set=90 * MB, oom_kills=0)


class Box:
    """A machine whose memory a test fills."""

    def __init__(self) -> None:
        self.found: GroupMemory | None = IDLE
        self.browsing = False
        self.ends = 0
        self.shedding = Shedding(lambda: self.found, lambda: self.browsing, self._end)

    def _end(self) -> None:
        self.ends += 1

    def at(self, hard_mb: int, *, settled: bool = True) -> bool:
        """Fill the memory so far, and return whether another job is taken."""
        self.found = replace(IDLE, hard=hard_mb * MB)
        self.shedding.check(settled=settled)
        return self.shedding.admits()


@pytest.fixture
def box() -> Box:
    return Box()


def test_no_new_jobs_above_the_first_mark_and_again_well_below_it(box: Box) -> None:
    assert [box.at(mb) for mb in (60, 300, 310, 300, 290, 280, 300)] == [
        True,
        True,
        False,
        False,
        False,
        True,
        True,
    ]
    assert box.ends == 0


def test_what_is_seen_is_measured(box: Box) -> None:
    box.at(310)
    assert metrics.SCRAPER_MEMORY._value.get() == 310 * MB
    assert metrics.SCRAPER_SHEDDING._value.get() == 1
    box.at(60)
    assert metrics.SCRAPER_SHEDDING._value.get() == 0


def test_a_process_that_has_outgrown_its_box_ends_once(box: Box) -> None:
    box.at(60, settled=False)
    assert not box.at(420)
    box.at(430)
    assert box.ends == 1


def test_garbage_is_taken_out_before_the_end(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def collect() -> int:
        box.found = replace(IDLE, hard=100 * MB)
        return 0

    monkeypatch.setattr("gc.collect", collect)
    assert box.at(420)
    assert box.ends == 0


def test_a_fresh_process_does_not_end_at_once_again(box: Box) -> None:
    assert not box.at(420, settled=False)
    assert box.ends == 0


def test_while_a_browser_is_open_its_own_watch_decides(box: Box) -> None:
    box.browsing = True
    assert box.at(450)
    assert box.ends == 0


@pytest.mark.parametrize("found", [None, replace(IDLE, limit=None, hard=4000 * MB)])
def test_without_a_limit_nothing_is_refused(box: Box, found: GroupMemory | None) -> None:
    box.found = found
    box.shedding.check(settled=True)
    assert box.shedding.admits()


def tree(root: Path, version: int, hard_mb: int) -> tuple[Path, Path]:
    """Make a control group of a limit of 100 MB, and return its root and where membership is told."""
    membership = root / "cgroup"
    if version == 1:
        folder = root / "memory"
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text(str(100 * MB))
        (folder / "memory.stat").write_text(f"total_rss {hard_mb * MB}\ntotal_shmem 0\ncache {90 * MB}\n")
        membership.write_text("4:memory:/\n")
    else:
        (root / "memory.max").write_text(f"{100 * MB}\n")
        (root / "memory.stat").write_text(f"anon {hard_mb * MB}\nshmem 0\nkernel 0\nfile {90 * MB}\n")
        membership.write_text("0::/\n")
    return root, membership


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("hard_mb", "admits", "ends"), [(50, True, 0), (70, False, 0), (90, False, 1)])
def test_both_kinds_of_control_groups_are_read(
    tmp_path: Path, version: int, hard_mb: int, admits: bool, ends: int
) -> None:
    root, membership = tree(tmp_path, version, hard_mb)
    ended: list[int] = []
    box = Shedding(lambda: read_memory(root, membership), lambda: False, lambda: ended.append(1))
    box.check(settled=True)
    assert (box.admits(), len(ended)) == (admits, ends)


def test_an_operator_may_set_a_limit_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shedding, "read_memory", lambda: None)
    found = look_within(200)()
    assert found is not None
    assert found.limit == 200 * MB
    assert 10 * MB < found.hard < 4000 * MB
    monkeypatch.setattr(shedding, "read_memory", lambda: IDLE)
    assert look_within(200)() == replace(IDLE, limit=200 * MB)
    assert look_within(2000)() == IDLE
    assert look_within(None)() == IDLE


def test_the_end_is_the_one_that_a_supervisor_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, int(number))))
    shedding.end_cleanly()
    assert sent == [(os.getpid(), 15)]


def test_a_process_that_stays_full_without_work_is_started_afresh(box: Box) -> None:
    assert box.at(100, settled=False)
    for _ in range(shedding.STUCK_CHECKS):
        assert not box.at(330)
    assert box.ends == 1


def test_a_process_that_recovers_is_left_alone(box: Box) -> None:
    box.at(100, settled=False)
    for _ in range(3):
        for _ in range(shedding.STUCK_CHECKS - 1):
            box.at(330)
        assert box.at(100)
    assert box.ends == 0


@pytest.mark.parametrize("hard_mb", [330, 450])
def test_a_box_that_is_full_from_the_start_is_no_reason_to_start_again_and_again(
    box: Box, hard_mb: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gc.collect", lambda: 0)  # each look collects garbage, and there is none here
    box.at(hard_mb, settled=False)
    for _ in range(2 * shedding.STUCK_CHECKS):
        assert not box.at(hard_mb)
    assert box.ends == 0
