from datetime import timedelta

import pytest

from wellspring_common.events.scrape import RefreshClass
from wellspring_common.tunables import Tunables
from wellspring_refresher.domain.outlook import Outlook
from wellspring_refresher.domain.policy import Plan, Why, plan, rules_of
from wellspring_refresher.domain.popularity import Popularity
from wellspring_refresher.domain.rules import Rules
from wellspring_refresher.domain.schedule import FAILURE_WAITS, IDLE_FAILURE_WAITS

from .outlooks import CROWD, HOUR, NOBODY, NOW, episode, link

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
KILLS, ONCE = RefreshClass.KILLS_OLD, RefreshClass.SINGLE_USE


def wait(outlook: Outlook, rules: Rules | None = None) -> tuple[timedelta, Why]:
    decided = plan(outlook, rules or Rules(), now=NOW)
    assert decided.due_at is not None
    return decided.due_at - NOW, decided.why


def test_what_many_watch_is_refreshed_ahead_of_its_expiry() -> None:
    assert wait(episode(popularity=CROWD)) == (6 * HOUR - 10 * MINUTE, Why.WATCHED)


def test_what_nobody_watches_waits_for_its_week() -> None:
    assert wait(episode()) == (7 * DAY, Why.UNWATCHED)


def test_what_nobody_watches_is_left_alone_where_the_operator_says_so() -> None:
    assert plan(episode(), Rules(unwatched_every=None), now=NOW) == Plan(None, Why.UNWATCHED)
    starved = episode(link(dead=True), starved=True)
    assert plan(starved, Rules(unwatched_every=None), now=NOW) == Plan(None, Why.UNWATCHED)


def test_an_episode_somebody_is_watching_is_kept_fresh_while_they_may_come_back() -> None:
    short = (link(lives=HOUR), link("fsl", lives=HOUR))
    assert wait(episode(*short, watched=timedelta(0))) == (50 * MINUTE, Why.WATCHED)
    assert wait(episode(*short, watched=4 * HOUR)) == (7 * DAY, Why.UNWATCHED)


def test_the_next_episode_is_due_at_once_unless_its_links_live_long_enough() -> None:
    old = 5 * HOUR
    assert wait(episode(link(lives=HOUR), scraped=old, next_up=MINUTE)) == (timedelta(0), Why.NEXT_UP)
    assert wait(episode(link(lives=-HOUR), scraped=old, next_up=MINUTE)) == (timedelta(0), Why.NEXT_UP)
    assert wait(episode(link(lives=3 * HOUR), scraped=old, next_up=MINUTE))[0] > 2 * HOUR


def test_the_next_episode_is_not_asked_for_twice_where_links_live_shortly() -> None:
    just_done = episode(link(lives=HOUR), scraped=timedelta(0), next_up=MINUTE)
    assert wait(just_done) == (50 * MINUTE, Why.NEXT_UP)


def test_the_next_episode_is_later_kept_ready_by_its_last_link() -> None:
    page = (link(lives=2 * HOUR), link("fsl", lives=6 * HOUR))
    assert wait(episode(*page, next_up=HOUR)) == (2 * HOUR - 10 * MINUTE, Why.NEXT_UP)
    assert wait(episode(*page, next_up=9 * HOUR)) == (6 * HOUR - 10 * MINUTE, Why.NEXT_UP)
    crowded = episode(*page, next_up=9 * HOUR, popularity=CROWD)
    assert wait(crowded) == (2 * HOUR - 10 * MINUTE, Why.WATCHED)


def test_the_first_scrape_is_a_persons_or_is_for_somebody_who_is_about_to_press_play() -> None:
    assert plan(episode(scraped=None), Rules(), now=NOW) == Plan(None, Why.NEVER_SCRAPED)
    always = Rules(policy="always")
    assert plan(episode(scraped=None, popularity=CROWD), always, now=NOW).due_at is None
    assert wait(episode(scraped=None, next_up=MINUTE)) == (timedelta(0), Why.NEXT_UP)
    assert plan(episode(scraped=None, next_up=55 * HOUR), Rules(), now=NOW).due_at is None


def test_a_starved_episode_is_due_at_once_and_then_less_and_less_often() -> None:
    def hungry(scrapes: int) -> Outlook:
        return episode(starved=True, starved_scrapes=scrapes, popularity=CROWD)

    waits = [wait(hungry(scrapes), Rules(lull=timedelta(0))) for scrapes in range(4)]
    assert [why for _, why in waits] == [Why.STARVED] * 4
    assert [after for after, _ in waits] == [timedelta(0), 15 * MINUTE, HOUR, 3 * HOUR]


def test_a_starved_episode_that_nobody_watches_comes_back_to_the_weekly_rhythm() -> None:
    waits = [wait(episode(starved=True, starved_scrapes=scrapes, scraped=DAY))[0] for scrapes in range(9)]
    assert waits[:4] == [timedelta(0), DAY, 3 * DAY, 6 * DAY]
    assert waits[-1] == 6 * DAY


def test_links_that_are_all_dead_are_hunger_even_if_nobody_said_so() -> None:
    dead = (link(dead=True), link("fsl", dead=True))
    assert wait(episode(*dead, popularity=CROWD, scraped=HOUR)) == (timedelta(0), Why.STARVED)
    gone = (link(lives=-HOUR), link("fsl", lives=-HOUR))
    assert wait(episode(*gone, popularity=CROWD))[1] is Why.STARVED


def test_an_episode_is_fresh_while_each_quality_has_its_minimum() -> None:
    three = [link(server, lives=hours * HOUR) for server, hours in (("pixel", 1), ("fsl", 3), ("10gbps", 5))]
    assert wait(episode(*three, popularity=CROWD))[0] == 3 * HOUR - 10 * MINUTE
    assert wait(episode(*three, popularity=CROWD), Rules(minimum=1))[0] == 5 * HOUR - 10 * MINUTE
    assert wait(episode(*three, popularity=CROWD), Rules(policy="always"))[0] == HOUR - 10 * MINUTE
    lone = link("lone", lives=2 * HOUR, quality=480)
    assert wait(episode(*three, lone, popularity=CROWD))[0] == 2 * HOUR - 10 * MINUTE


def test_a_link_that_the_last_scrape_no_longer_found_decides_nothing() -> None:
    left_over = link("gone", lives=-HOUR)
    assert wait(episode(link(), link("fsl"), left_over), Rules(policy="always"))[0] == 6 * HOUR - 10 * MINUTE


@pytest.mark.parametrize(("popularity", "waits"), [(CROWD, FAILURE_WAITS), (NOBODY, IDLE_FAILURE_WAITS)])
def test_failures_back_off_by_whether_anybody_wants_the_episode(
    popularity: Popularity, waits: tuple[timedelta, ...]
) -> None:
    for failures, expected in enumerate(waits, start=1):
        failing = episode(
            link(lives=-DAY), scraped=9 * DAY, failed=timedelta(0), failures=failures, popularity=popularity
        )
        assert wait(failing) == (expected, Why.FAILED)


def test_a_failure_does_not_hasten_links_that_live_on() -> None:
    asked_for_by_hand = episode(popularity=CROWD, scraped=HOUR, failed=timedelta(0), failures=1)
    assert wait(asked_for_by_hand)[1] is Why.WATCHED


def test_sources_that_gave_nothing_are_asked_sooner_than_those_that_did() -> None:
    partial = episode(popularity=CROWD, failed=timedelta(0), failures=1)
    assert wait(partial) == (MINUTE, Why.FAILED)
    often = episode(link(lives=HOUR), popularity=CROWD, failed=timedelta(0), failures=6)
    assert wait(often) == (50 * MINUTE, Why.WATCHED)


def test_a_server_whose_old_link_dies_is_spared_while_somebody_watches() -> None:
    mixed = (link("kind"), link("jealous", lives=HOUR, refresh_class=KILLS), link("once", refresh_class=ONCE))
    assert plan(episode(*mixed, watched=MINUTE), Rules(), now=NOW).spare == ("jealous", "once")
    assert plan(episode(*mixed, watched=4 * HOUR), Rules(), now=NOW).spare == ("once",)
    assert wait(episode(*mixed, watched=MINUTE, popularity=CROWD))[0] == 6 * HOUR - 10 * MINUTE


def test_a_link_that_is_dead_anyhow_need_not_be_spared() -> None:
    expired = link("jealous", lives=-MINUTE, refresh_class=KILLS)
    dead = link("jealous", dead=True, refresh_class=KILLS)
    for done_for in (expired, dead):
        assert plan(episode(done_for, watched=MINUTE, scraped=HOUR), Rules(), now=NOW).spare == ()


def test_an_episode_of_such_links_only_waits_until_they_are_free() -> None:
    guessed = link("jealous", lives=HOUR, refresh_class=KILLS, hard=False)
    assert wait(episode(guessed, watched=HOUR, popularity=CROWD))[0] == 2 * HOUR
    known = link("jealous", lives=HOUR, refresh_class=KILLS)
    assert wait(episode(known, watched=HOUR, popularity=CROWD))[0] == HOUR


def test_links_that_work_once_are_never_made_behind_a_viewers_back() -> None:
    once = (link("once", refresh_class=ONCE), link("twice", refresh_class=ONCE))
    for rules in (Rules(), Rules(policy="always")):
        hungry = episode(*once, starved=True, popularity=CROWD, watched=MINUTE, next_up=MINUTE)
        assert plan(hungry, rules, now=NOW) == Plan(None, Why.SINGLE_USE, ("once", "twice"))


def test_the_settings_make_the_rules() -> None:
    tunables = Tunables(
        refresh_policy="always",
        link_ttl_hours=3,
        refresh_ahead_minutes=20,
        popularity_half_life_days=2,
        plays_worth_a_refresh=1.5,
        unwatched_refresh_days=0,
        min_servers_per_source=4,
    )
    assert rules_of(tunables) == Rules(
        policy="always",
        ttl=3 * HOUR,
        ahead=20 * MINUTE,
        half_life=2 * DAY,
        worth=1.5,
        unwatched_every=None,
        minimum=4,
    )
    assert rules_of(Tunables()) == Rules()
