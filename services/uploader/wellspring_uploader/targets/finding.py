"""Picks our own film out of what a channel lists."""

from datetime import datetime

from ..domain.own_films import has_marker, is_alike, is_later, is_marked
from ..ports.targets import Card, Film, Made


class Finding:
    """Videos that carry our marker, and where there are none, those that are alike."""

    def __init__(
        self,
        card: Card,
        film: Film,
        *,
        longest_title: int,
        since: datetime,
        until: datetime | None = None,
    ) -> None:
        self._card, self._film, self._since, self._until = card, film, since, until
        self._title = card.title[:longest_title]
        self._marked: list[Made] = []
        self._alike: list[Made] = []

    def passes_over(self, made: Made) -> bool:
        """Return whether a video is too new to be this film."""
        return is_later(made.created_at, self._until)

    def take(self, made: Made) -> None:
        """Look at one video."""
        if self.passes_over(made):
            return
        if has_marker(made.tags, self._card.marker):
            self._marked.append(made)
        elif not is_marked(made.tags) and is_alike(
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
