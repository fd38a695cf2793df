from datetime import timedelta

from wellspring_refresher.domain.history import (
    after_failure,
    after_hunger,
    after_play,
    after_play_before,
    after_scrape,
)
from wellspring_refresher.domain.rules import Rules

from .outlooks import HOUR, NOW, episode

RULES = Rules()


def test_a_play_makes_an_episode_watched() -> None:
    played = after_play(episode(), RULES, now=NOW)
    assert (played.popularity.score, played.watched_at) == (1, NOW)


def test_once_it_is_played_an_episode_is_nobodys_next_one() -> None:
    called = after_play_before(episode(), RULES, now=NOW)
    assert after_play(called, RULES, now=NOW + HOUR).next_up_since is None


def test_more_plays_of_an_episode_do_not_call_for_the_next_one_again() -> None:
    first = after_play_before(episode(), RULES, now=NOW)
    assert first.next_up_since == NOW
    assert after_play_before(first, RULES, now=NOW + 0.9 * HOUR).next_up_since == NOW
    assert after_play_before(first, RULES, now=NOW + HOUR).next_up_since == NOW + HOUR, "another sitting"


def test_hunger_that_a_scrape_did_not_end_is_counted() -> None:
    hungry = after_hunger(episode(watched=HOUR))
    once = after_scrape(hungry, is_whole=True, is_fed=False, now=NOW)
    assert (once.starved, once.starved_scrapes) == (False, 1)
    twice = after_scrape(after_hunger(once), is_whole=True, is_fed=False, now=NOW)
    assert twice.starved_scrapes == 2
    assert after_scrape(twice, is_whole=True, is_fed=False, now=NOW).starved_scrapes == 2
    assert after_scrape(twice, is_whole=True, is_fed=True, now=NOW).starved_scrapes == 0


def test_what_nobody_watches_starves_each_time_its_links_run_out() -> None:
    hungry = after_hunger(episode(watched=timedelta(days=2)))
    assert after_scrape(hungry, is_whole=True, is_fed=True, now=NOW).starved_scrapes == 1


def test_failures_and_partial_results_are_counted_until_all_sources_answer() -> None:
    failed = after_failure(episode(scraped=HOUR), now=NOW)
    assert (failed.failures, failed.failed_at) == (1, NOW)
    assert failed.last_scraped_at == NOW - HOUR
    partial = after_scrape(failed, is_whole=False, is_fed=True, now=NOW + HOUR)
    assert (partial.failures, partial.failed_at, partial.last_scraped_at) == (2, NOW + HOUR, NOW + HOUR)
    whole = after_scrape(partial, is_whole=True, is_fed=True, now=NOW + HOUR)
    assert (whole.failures, whole.failed_at) == (0, None)
