"""What a step gives and is good for a while, such as a nonce: kept between pages, for ten minutes."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

KEPT_FOR = timedelta(minutes=10)
MOST_KEPT = 200

Now = Callable[[], datetime]


@dataclass
class Keeper:
    """Remembers a few values by the steps that gave them."""

    _kept: OrderedDict[tuple[str, str], tuple[datetime, Mapping[str, str]]] = field(
        default_factory=OrderedDict
    )

    def keep(self, key: tuple[str, str], values: Mapping[str, str], now: datetime) -> None:
        """Remember values from now on, and forget the oldest ones where there are too many."""
        self._kept[key] = (now + KEPT_FOR, values)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def recall(self, key: tuple[str, str], now: datetime) -> Mapping[str, str] | None:
        """Return what is remembered and not too old."""
        until, values = self._kept.get(key, (now, {}))
        return values if until > now else None

    def forget(self) -> None:
        """Forget everything."""
        self._kept.clear()


KEPT = Keeper()
