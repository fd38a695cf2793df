"""What an installation may set about uploading, as decisions read it."""

from dataclasses import dataclass
from datetime import timedelta

DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Rules:
    """The constants of every decision. Tests and the demo world shorten them."""

    most_tries: int = 3
    backoff: tuple[timedelta, ...] = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
    confirm_over: timedelta = timedelta(minutes=2)
    """How long a film is looked for, at least twice, before it counts as not made."""
    doubt_lasts: timedelta = timedelta(hours=1)
    """So long after an unknown outcome a late listing may still show a draft that is one too many."""
    look_first: timedelta = timedelta(seconds=10)
    look_most: timedelta = timedelta(hours=6)
    quota_margin: timedelta = timedelta(minutes=1)
    """Clocks differ: so much later than a day a film stops counting."""
    quota_jitter: timedelta = timedelta(minutes=10)
    quota_waits: tuple[timedelta, ...] = (timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
    on_time: timedelta = timedelta(seconds=60)
    """Who starts so little after a slot has started in it."""
    download_patience: timedelta = timedelta(hours=1)
    """So long after it was asked for a download may be nowhere to be seen."""

    def wait_after(self, tries: int) -> timedelta:
        """Return how long to wait after so many failed tries."""
        return self.backoff[min(max(tries, 1), len(self.backoff)) - 1]
