"""Picks our own film out of what a channel lists."""

from datetime import datetime

from ..domain.own_films import has_marker, is_alike
from ..ports import Card, Film, Made


class Finding:
    """Videos that carry our marker, and where there are none, those that are alike."""

    def __init__(self, card: Card, film: Film, *, longest_title: int, since: datetime) -> None:
        self._card, self._film, self._since = card, film, since
        self._title = card.title[:longest_title]
        self._marked: list[Made] = []
        self._alike: list[Made] = []

    def take(self, made: Made) -> None:
        """Look at one video."""
        if has_marker(made.tags, self._card.marker):
            self._marked.append(made)
        elif is_alike(
            title=made.title,
            wanted_title=self._title,
            duration_s=made.duration_s,
            wanted_duration_s=self._film.duration_s,
            created_at=made.created_at,
            since=self._since,
        ):
            self._alike.append(made)

    @property
    def found(self) -> list[Made]:
        """Return what is this film."""
        return self._marked or self._alike
