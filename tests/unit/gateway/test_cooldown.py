"""When the next forced scrape is allowed."""

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.cooldown import RecentJobs, cooldown_message, scrape_allowed_at
from wellspring_gateway.domain.state import EpisodeState
from wellspring_gateway.door import Door
from wellspring_gateway.force import Queued, Refused, force_scrape
from wellspring_gateway.ports.library import Requested

from .builders import NOW, job, link, state

COOLDOWN = timedelta(minutes=10)
JOB_ID = "0196f1a0-0000-7000-8000-000000000001"


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def wait(recent: RecentJobs, *, offered: bool) -> float | None:
    """Return the minutes to wait."""
    allowed = scrape_allowed_at(recent, something_sound=offered, cooldown=COOLDOWN, now=NOW)
    return None if allowed is None else (allowed - NOW) / timedelta(minutes=1)


@pytest.mark.parametrize("offered", [True, False])
def test_the_first_scrape_is_allowed_at_once(offered: bool) -> None:
    assert wait(RecentJobs(None, 0, None), offered=offered) is None


@pytest.mark.parametrize(("forced", "minutes"), [(0, 10), (4, 6), (9.5, 0.5), (10, None), (60, None)])
def test_with_a_link_to_watch_a_person_waits_out_the_cooldown(forced: float, minutes: float | None) -> None:
    assert wait(RecentJobs(ago(forced), 0, None), offered=True) == minutes


def test_with_a_link_to_watch_failures_do_not_lengthen_the_wait() -> None:
    assert wait(RecentJobs(ago(11), 5, ago(1)), offered=True) is None


def test_with_nothing_to_watch_a_good_scrape_a_moment_ago_is_no_reason_to_wait() -> None:
    assert wait(RecentJobs(ago(0), 0, None), offered=False) is None


@pytest.mark.parametrize(
    ("failures", "failed", "minutes"),
    [
        (1, 0, 1),
        (1, 1, None),
        (2, 0, 5),
        (2, 4, 1),
        (2, 5, None),
        (3, 0, 15),
        (3, 14, 1),
        (3, 15, None),
        (4, 0, 15),
        (99, 0, 15),
    ],
)
def test_with_nothing_to_watch_failures_back_off_by_1_5_and_15_minutes(
    failures: int, failed: float, minutes: float | None
) -> None:
    assert wait(RecentJobs(ago(60), failures, ago(failed)), offered=False) == minutes


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(minutes=10), "10.0 minutes"),
        (timedelta(minutes=9, seconds=30), "9.5 minutes"),
        (timedelta(seconds=59), "1.0 minutes"),
        (timedelta(seconds=1), "0.1 minutes"),
    ],
)
def test_the_message_says_the_minutes_as_the_seed_s_page_reads_them(left: timedelta, said: str) -> None:
    message = cooldown_message(NOW + left, NOW)
    assert said in message
    assert re.search(r"(\d+\.\d+) minutes", message)


class Wishes:
    """A jobs port that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def request(
        self, episode_id: int, *, reason: str, requested_by: str, now: datetime
    ) -> Requested | None:
        self.asked.append(f"{episode_id} {reason} {requested_by}")
        return Requested(cast("Any", JOB_ID), deduplicated=False)


def door(found: EpisodeState | None, wishes: Wishes) -> Door:
    async def read(episode_id: int) -> EpisodeState | None:
        return found

    return cast(
        "Door",
        SimpleNamespace(
            catalog=SimpleNamespace(state=read),
            jobs=wishes,
            clock=SimpleNamespace(now=lambda: NOW),
            tunables=SimpleNamespace(current=Tunables()),
            states=SimpleNamespace(forget=lambda _: None),
        ),
    )


async def test_a_wish_within_the_cooldown_is_refused_and_asks_for_no_job() -> None:
    wishes = Wishes()
    recent = RecentJobs(ago(2), 0, None)
    found = state(link(), recent=recent, job=job(state="succeeded"))
    answer = await force_scrape(door(found, wishes), 7, requested_by="viewer")
    assert isinstance(answer, Refused)
    assert (answer.code, answer.allowed_at) == ("cooldown", NOW + timedelta(minutes=8))
    assert "8.0 minutes" in answer.detail
    assert wishes.asked == []


async def test_with_only_suspects_to_watch_a_person_need_not_wait() -> None:
    recent, wishes = RecentJobs(ago(2), 0, None), Wishes()
    found = state(link(1, state="suspect"), link(2, state="dead"), recent=recent, job=job(state="succeeded"))
    assert isinstance(await force_scrape(door(found, wishes), 7, requested_by="viewer"), Queued)
    assert found.snapshot(now=NOW, tunables=Tunables())["cooldown_until"] is None
    one_sound = state(link(1, state="suspect"), link(2), recent=recent)
    assert one_sound.snapshot(now=NOW, tunables=Tunables())["cooldown_until"] is not None


@pytest.mark.parametrize("running", ["queued", "running"])
async def test_a_running_job_answers_whatever_the_cooldown_says(running: str) -> None:
    wishes = Wishes()
    found = state(link(), recent=RecentJobs(ago(1), 0, None), job=job(state=running))
    assert isinstance(await force_scrape(door(found, wishes), 7, requested_by="viewer"), Queued)
    assert wishes.asked == ["7 force viewer"]


async def test_an_episode_without_a_source_cannot_be_scraped() -> None:
    answer = await force_scrape(door(state(masters=()), Wishes()), 7, requested_by="viewer")
    assert isinstance(answer, Refused)
    assert answer.code == "no_source"


async def test_no_episode_is_no_refusal() -> None:
    assert await force_scrape(door(None, Wishes()), 7, requested_by="viewer") is None


@pytest.mark.parametrize(("forced", "minutes"), [(0, 1), (0.5, 0.5), (1, None), (4, None)])
def test_links_that_were_found_broken_hold_nobody_up_for_longer_than_a_minute(
    forced: float, minutes: float | None
) -> None:
    recent = RecentJobs(ago(forced), 0, None)
    found = state(link(), link(id=2), recent=recent)
    allowed = found.allowed_at(now=NOW, tunables=Tunables(), sound=0, found_broken=True)
    assert (None if allowed is None else (allowed - NOW) / timedelta(minutes=1)) == minutes
    one_left = found.allowed_at(now=NOW, tunables=Tunables(), sound=1, found_broken=True)
    assert one_left == ago(forced) + COOLDOWN


async def test_a_wish_is_met_when_every_link_that_is_offered_is_known_to_be_broken() -> None:
    found = state(link(), recent=RecentJobs(ago(2), 0, None), job=job(state="succeeded"))
    wishes = Wishes()
    answer = await force_scrape(door(found, wishes), 7, requested_by="viewer", broken=lambda _: True)
    assert isinstance(answer, Queued)
    assert wishes.asked == ["7 force viewer"]
