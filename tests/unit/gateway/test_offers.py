"""Which links are offered, in which order, and what the page says of their number."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from wellspring_common.minimum import minimum_servers
from wellspring_common.offering import is_offered
from wellspring_gateway.domain.offers import (
    Link,
    by_quality,
    in_order,
    is_playable,
    server_info,
)

from .builders import HOUR, NOW, link

TRUST = HOUR
PREFERRED = ("pixel", "fsl", "10gbps")
PAST = NOW - timedelta(seconds=1)


def offered(**changes: Any) -> bool:
    return is_offered(link(**changes), now=NOW, trust=TRUST)


def listed(*links: Link, preferred: tuple[str, ...] = PREFERRED) -> list[int]:
    everything = frozenset(each.id for each in links)
    orders = {
        tuple(each.id for each in in_order(order, offered=everything, preferred=preferred))
        for order in itertools.permutations(links)
    }
    assert len(orders) == 1, "the order must not depend on how the rows came"
    return list(orders.pop())


@pytest.mark.parametrize("state", ["alive", "unknown", "suspect"])
@pytest.mark.parametrize("basis", ["parameter", "issued_at", "learned", "default"])
def test_a_link_within_its_time_is_offered(state: str, basis: str) -> None:
    assert offered(state=state, expiry_basis=basis)


@pytest.mark.parametrize("expires_at", [None, NOW + HOUR, PAST])
@pytest.mark.parametrize("basis", ["parameter", "default"])
def test_a_dead_link_is_never_offered(expires_at: Any, basis: str) -> None:
    assert not offered(state="dead", expires_at=expires_at, expiry_basis=basis)


@pytest.mark.parametrize("basis", ["parameter", "issued_at"])
def test_an_expiry_that_the_url_states_is_final_even_for_a_link_seen_alive(basis: str) -> None:
    assert not offered(state="alive", ok_at=NOW, expires_at=PAST, expiry_basis=basis)


@pytest.mark.parametrize(("minutes", "is_on_offer"), [(0, True), (9, True), (11, False)])
def test_a_link_that_works_once_is_for_whoever_had_it_scraped(minutes: int, is_on_offer: bool) -> None:
    scraped_at = NOW - timedelta(minutes=minutes)
    assert offered(refresh_class="single_use", scraped_at=scraped_at) is is_on_offer
    assert offered(refresh_class="kills_old", scraped_at=scraped_at)


def test_a_fresh_probe_outweighs_a_guessed_expiry() -> None:
    assert offered(state="alive", ok_at=NOW - TRUST / 2, expires_at=PAST, expiry_basis="default")


def test_only_a_probe_of_just_now_outweighs_an_expiry_that_was_learned_from_deaths() -> None:
    learned = {"state": "alive", "expires_at": PAST, "expiry_basis": "learned"}
    assert offered(ok_at=NOW - timedelta(minutes=1), **learned)
    assert not offered(ok_at=NOW - timedelta(minutes=3), **learned)


@pytest.mark.parametrize("state", ["alive", "unknown", "suspect"])
def test_a_link_of_a_host_that_is_down_is_not_offered(state: str) -> None:
    assert offered(state=state)
    assert not offered(state=state, host_down=True)


def test_a_guessed_expiry_holds_when_the_last_good_probe_is_too_old() -> None:
    assert not offered(state="alive", ok_at=NOW - TRUST, expires_at=PAST)
    assert not offered(state="alive", ok_at=None, expires_at=PAST)


@pytest.mark.parametrize("state", ["unknown", "suspect"])
def test_a_guessed_expiry_holds_for_a_link_that_nobody_saw_alive(state: str) -> None:
    assert not offered(state=state, ok_at=NOW, expires_at=PAST)


def test_a_link_ends_at_the_very_moment_of_its_expiry() -> None:
    assert not offered(expires_at=NOW, expiry_basis="parameter")
    assert offered(expires_at=NOW + timedelta(microseconds=1), expiry_basis="parameter")


def test_a_link_without_an_expiry_is_offered_until_it_is_dead() -> None:
    assert offered(expires_at=None, state="unknown")


def test_the_best_quality_comes_first() -> None:
    links = [link(1, quality=480), link(2, quality=1080), link(3, quality=720), link(4, quality=None)]
    assert listed(*links) == [2, 3, 1, 4]


def test_alive_comes_before_unknown_in_the_same_quality() -> None:
    assert listed(link(1, state="unknown"), link(2, state="alive", server="zippy")) == [2, 1]


def test_quality_comes_before_health_among_trusted_links() -> None:
    assert listed(link(1, state="unknown", quality=1080), link(2, state="alive", quality=720)) == [1, 2]


def test_suspects_come_last_whatever_their_quality() -> None:
    links = [link(1, state="suspect", quality=2160), link(2, state="unknown", quality=360)]
    assert listed(*links) == [2, 1]


def test_preferred_servers_come_in_the_setting_s_order_and_others_behind_them() -> None:
    links = [
        link(1, server="zippy"),
        link(2, server="10gbps"),
        link(3, server="pixel"),
        link(4, server="fsl"),
    ]
    assert listed(*links) == [3, 4, 2, 1]
    assert listed(*links, preferred=("zippy", "10gbps")) == [1, 2, 4, 3]


def test_the_faster_of_two_other_servers_comes_first_and_an_unmeasured_one_last() -> None:
    links = [
        link(1, server="a", latency_ms=None),
        link(2, server="b", latency_ms=900),
        link(3, server="c", latency_ms=20),
    ]
    assert listed(*links) == [3, 2, 1]


def test_what_a_browser_can_t_play_comes_behind_what_it_can() -> None:
    links = [
        link(1, container="mkv", quality=2160),
        link(2, quality=480),
        link(3, kind="embed", quality=1080),
    ]
    assert listed(*links) == [2, 1, 3]


def test_links_that_are_not_offered_are_listed_behind_all_others() -> None:
    best, suspect = link(1, quality=2160), link(2, state="suspect", container="mkv", quality=360)
    order = in_order((best, suspect), offered=frozenset({2}), preferred=PREFERRED)
    assert [each.id for each in order] == [2, 1]


@pytest.mark.parametrize(
    ("changes", "playable"),
    [
        ({"container": "mp4"}, True),
        ({"container": "webm"}, True),
        ({"container": "hls"}, True),
        ({"container": "mkv"}, False),
        ({"container": "dash"}, False),
        ({"kind": "embed"}, False),
        ({"kind": "download"}, True),
        ({"needs_headers": True}, False),
    ],
)
def test_a_browser_plays_what_it_knows_and_what_needs_no_headers(
    changes: dict[str, Any], playable: bool
) -> None:
    assert is_playable(link(**changes)) is playable


@pytest.mark.parametrize(
    ("setting", "sources", "minimum"),
    [(9, 3, 9), (9, 4, 9), (9, 2, 6), (9, 1, 3), (6, 3, 6), (2, 1, 2), (1, 3, 1), (9, 0, 1)],
)
def test_an_episode_is_held_to_the_setting_or_to_three_servers_a_source(
    setting: int, sources: int, minimum: int
) -> None:
    assert minimum_servers(setting, sources) == minimum


def test_no_server_asks_for_a_scrape_in_the_seed_s_words() -> None:
    assert server_info(offered=0, minimum=9) == {
        "server_count": 0,
        "minimum": 9,
        "needs_force_scrape": True,
        "message": "No cached servers found. Please use Force Scrape.",
    }


def test_too_few_servers_are_counted_in_the_message() -> None:
    info = server_info(offered=4, minimum=9)
    assert info["needs_force_scrape"] is True
    assert info["message"] == "Only 4 of 9 servers found. You can use Force Scrape."


@pytest.mark.parametrize("count", [9, 10])
def test_enough_servers_need_no_message(count: int) -> None:
    info = server_info(offered=count, minimum=9)
    assert (info["server_count"], info["needs_force_scrape"], info["message"]) == (count, False, None)


def test_the_seed_s_mapping_keeps_the_better_of_two_links_on_one_server() -> None:
    links = [link(1, quality=1080), link(2, quality=1080), link(3, quality=480, server="fsl")]
    assert by_quality(links) == {
        "1080": {"pixel": "https://files.example/1.mp4"},
        "480": {"fsl": "https://files.example/3.mp4"},
    }


def test_a_link_of_no_known_quality_is_mapped_as_auto() -> None:
    assert by_quality([link(1, quality=None)]) == {"auto": {"pixel": "https://files.example/1.mp4"}}
