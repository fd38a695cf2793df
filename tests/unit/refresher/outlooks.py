"""Episodes to decide about: by hand, and any by hypothesis."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from wellspring_common.events.scrape import RefreshClass
from wellspring_refresher.domain.outlook import LinkOutlook, Outlook
from wellspring_refresher.domain.popularity import Popularity
from wellspring_refresher.domain.rules import Rules

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
UNSPREAD = 1000
"""An episode number that is not moved at all."""
NOBODY = Popularity(0, NOW)
CROWD = Popularity(1000, NOW)
HOUR = timedelta(hours=1)
_TICK = timedelta(microseconds=1)


def link(
    server: str = "pixel",
    *,
    lives: timedelta | None = 6 * HOUR,
    hard: bool = True,
    refresh_class: RefreshClass = RefreshClass.SAFE,
    dead: bool = False,
    quality: int | None = 720,
) -> LinkOutlook:
    """Return a link that dies so long after NOW."""
    expires_at = None if lives is None else NOW + lives
    return LinkOutlook(server, expires_at, hard, refresh_class, dead, quality)


def episode(
    *links: LinkOutlook,
    popularity: Popularity = NOBODY,
    watched: timedelta | None = None,
    next_up: timedelta | None = None,
    scraped: timedelta | None = timedelta(0),
    failed: timedelta | None = None,
    failures: int = 0,
    starved: bool = False,
    starved_scrapes: int = 0,
    number: int = UNSPREAD,
) -> Outlook:
    """Return an episode: times are so long before NOW."""
    return Outlook(
        episode_id=number,
        links=links or (link(), link("fsl")),
        popularity=popularity,
        next_up_since=_ago(next_up),
        watched_at=_ago(watched),
        starved=starved,
        failures=failures,
        last_scraped_at=_ago(scraped),
        failed_at=_ago(failed),
        starved_scrapes=starved_scrapes,
    )


def _ago(wait: timedelta | None) -> datetime | None:
    return None if wait is None else NOW - wait


def waits(least: timedelta, most: timedelta) -> st.SearchStrategy[timedelta]:
    """Return any time between two, as one number: `timedeltas` draws three, and takes twice as long."""
    return st.integers(least // _TICK, most // _TICK).map(lambda ticks: ticks * _TICK)


_moments = st.none() | waits(timedelta(0), timedelta(days=20)).map(_ago)


def links_of(classes: Sequence[RefreshClass] = tuple(RefreshClass)) -> st.SearchStrategy[LinkOutlook]:
    """Return any link of those classes."""
    return st.builds(
        LinkOutlook,
        server=st.sampled_from(["pixel", "fsl", "10gbps", "once"]),
        expires_at=st.none() | waits(timedelta(days=-5), timedelta(days=9)).map(lambda life: NOW + life),
        hard=st.booleans(),
        refresh_class=st.sampled_from(list(classes)),
        dead=st.booleans(),
        quality=st.sampled_from([480, 720, None]),
    )


outlooks = st.builds(
    Outlook,
    episode_id=st.integers(1, 10**9),
    links=st.lists(links_of(), max_size=6),
    popularity=st.builds(Popularity, st.floats(0, 10_000), st.just(NOW)),
    next_up_since=_moments,
    watched_at=_moments,
    starved=st.booleans(),
    failures=st.integers(0, 12),
    last_scraped_at=_moments,
    failed_at=_moments,
    starved_scrapes=st.integers(0, 9),
)

rules = st.builds(
    Rules,
    policy=st.sampled_from(["smart", "always"]),
    ttl=waits(timedelta(minutes=3), timedelta(days=7)),
    ahead=waits(timedelta(0), timedelta(hours=12)),
    half_life=waits(timedelta(hours=3), timedelta(days=60)),
    worth=st.floats(0, 100),
    unwatched_every=st.none() | waits(timedelta(hours=1), timedelta(days=365)),
    minimum=st.integers(1, 20),
)
