"""What happens to an episode, as far as its next refresh depends on it."""

from dataclasses import replace
from datetime import datetime, timedelta

from .outlook import Outlook
from .popularity import played
from .rules import Rules

_DAY = timedelta(days=1)


def after_play(outlook: Outlook, rules: Rules, *, now: datetime) -> Outlook:
    """Return the episode once somebody pressed play on it: whoever it was kept ready for has come."""
    popularity = played(outlook.popularity, now=now, half_life=rules.half_life)
    return replace(outlook, popularity=popularity, watched_at=now, next_up_since=None)


def after_play_before(outlook: Outlook, rules: Rules, *, now: datetime) -> Outlook:
    """Return the episode once somebody pressed play on the one before it.

    The moment counts from the first such play of a sitting: more of them do not ask for its links again and
    again.
    """
    since = outlook.next_up_since
    if since is not None and now < since + rules.sitting:
        return outlook
    return replace(outlook, next_up_since=now)


def after_wish(outlook: Outlook, *, now: datetime) -> Outlook:
    """Return the episode once somebody is about to use its links and found none that works.

    What is believed of those that it has is wrong, so that it hungers as well.
    """
    return replace(outlook, next_up_since=now, starved=True)


def after_hunger(outlook: Outlook) -> Outlook:
    """Return the episode once it was found to have too few links to offer."""
    return replace(outlook, starved=True)


def after_scrape(outlook: Outlook, *, is_whole: bool, is_fed: bool, now: datetime) -> Outlook:
    """Return the episode once a scrape found links, for each of its sources or for some.

    `is_fed` means that it has as many as it should. Hunger that comes back is counted; it is forgotten once
    an episode that people watch was fed, as what nobody watches starves each time that its links run out.
    """
    is_watched = outlook.watched_at is not None and now - outlook.watched_at < _DAY
    scrapes = 0 if is_fed and is_watched else outlook.starved_scrapes + outlook.starved
    return Outlook(
        episode_id=outlook.episode_id,
        links=outlook.links,
        popularity=outlook.popularity,
        next_up_since=outlook.next_up_since,
        watched_at=outlook.watched_at,
        starved=False,
        starved_scrapes=scrapes,
        failures=0 if is_whole else outlook.failures + 1,
        failed_at=None if is_whole else now,
        last_scraped_at=now,
    )


def after_failure(outlook: Outlook, *, now: datetime) -> Outlook:
    """Return the episode once a scrape found nothing."""
    return replace(outlook, failures=outlook.failures + 1, failed_at=now)
