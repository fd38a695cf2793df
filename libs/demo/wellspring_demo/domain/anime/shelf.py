"""What the anime catalogue lists right now, and what happens to it over time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from .titles import FIRST_POST, POSTS_PER_TITLE, SPECIMENS, Aired, Anime, all_titles

CHANGEABLE = frozenset(
    {"title", "japanese", "score", "producer", "format", "duration", "studio", "synopsis", "genres"}
)
"""What `change` may give a title."""


@dataclass(frozen=True)
class Moment:
    """When a title changed, and when that brought it to the top of its list, in Unix seconds."""

    changed: float
    raised: float


class Shelf:
    """The titles by address and by post id; nothing is made before somebody asks."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._moments: dict[int, Moment] = {}
        self._old_slugs: dict[str, int] = {}
        self._old_stems: dict[str, int] = {}

    @cached_property
    def _titles(self) -> dict[int, Anime]:
        return {anime.post_id: anime for anime in all_titles()}

    @cached_property
    def _by_slug(self) -> dict[str, int]:
        return {anime.slug: anime.post_id for anime in self._titles.values()}

    @cached_property
    def _by_stem(self) -> dict[str, int]:
        return {anime.stem: anime.post_id for anime in self._titles.values()}

    def titles(self) -> list[Anime]:
        """Every title by name."""
        return sorted(self._titles.values(), key=lambda anime: anime.title.casefold())

    def specimen(self, habit: str) -> Anime:
        """The title with a habit of its own; raises KeyError for a habit that no title has."""
        return self._titles[FIRST_POST + SPECIMENS[habit][0] * POSTS_PER_TITLE]

    def described(self) -> dict[str, Any]:
        """How many there are, and the slugs of those with a habit of their own."""
        return {
            "titles": len(self._titles),
            "episodes": sum(len(anime.episodes) for anime in self._titles.values()),
            "specimens": {habit: self.specimen(habit).slug for habit in SPECIMENS},
        }

    def listed(self, *, ongoing: bool) -> list[Anime]:
        """The titles of one of the two lists, what changed last first."""
        chosen = [anime for anime in self._titles.values() if anime.ongoing is ongoing]
        return sorted(chosen, key=lambda anime: (-self.moment(anime).raised, anime.post_id))

    def moment(self, anime: Anime) -> Moment:
        """When it changed last."""
        day = datetime(anime.last_day.year, anime.last_day.month, anime.last_day.day, 9, tzinfo=UTC)
        return self._moments.get(anime.post_id) or Moment(day.timestamp(), day.timestamp())

    @property
    def changed(self) -> float:
        """When any of them changed last, in Unix seconds."""
        return max(self.moment(anime).changed for anime in self._titles.values())

    def by_stem(self, stem: str) -> Anime | None:
        """The title whose episodes' addresses begin like this, or did before it was renamed."""
        found = self._by_stem.get(stem, self._old_stems.get(stem))
        return None if found is None else self._titles[found]

    def by_slug(self, slug: str) -> Anime | None:
        """The title at this address, or the one that was there before it was renamed."""
        found = self._by_slug.get(slug, self._old_slugs.get(slug))
        return None if found is None else self._titles[found]

    def by_post(self, post_id: int) -> tuple[Anime, Aired | None] | None:
        """The title or episode of a post."""
        anime = self._titles.get(post_id - post_id % POSTS_PER_TITLE)
        if anime is None or anime.post_id == post_id:
            return None if anime is None else (anime, None)
        found = next((one for one in anime.episodes if one.post_id == post_id), None)
        return (anime, found) if found else None

    def episode(self, stem: str, number: Decimal) -> tuple[Anime, Aired] | None:
        """The episode at this address, or the one that was there before."""
        anime = self.by_stem(stem)
        found = next((one for one in anime.episodes if one.number == number), None) if anime else None
        return (anime, found) if anime and found else None

    def apply(self, change: dict[str, Any]) -> Anime:
        """Let something happen to a title; raises ValueError when it cannot.

        `do` is `release` (one more episode, with `last` the final one), `change` (of the facts in
        CHANGEABLE) or `rename` (to the slug `to`, with `episodes` the addresses of the episodes too).
        """
        anime = self.by_slug(str(change.get("slug", "")))
        if anime is None:
            raise ValueError(f"no title has the slug {change.get('slug')!r}")
        at = float(change.setdefault("at", self._now()))
        match change.get("do"):
            case "release":
                self._release(anime, at, last=bool(change.get("last", False)))
            case "change":
                self._change(anime, at, change.get("facts"))
            case "rename":
                self._rename(
                    anime, at, str(change.get("to", "")), episodes=bool(change.get("episodes", False))
                )
            case other:
                raise ValueError(f"do must be release, change or rename, not {other!r}")
        return self._titles[anime.post_id]

    def _release(self, anime: Anime, at: float, *, last: bool) -> None:
        if not anime.ongoing or anime.newest is None:
            raise ValueError(f"{anime.slug} is not ongoing")
        day = _day_of(at)
        number = Decimal(int(anime.newest.number) + 1)
        made = Aired(number, day, anime.newest.post_id + 1, last)
        total = int(number) if last else max(anime.total, int(number))
        self._titles[anime.post_id] = replace(
            anime, extra=(*anime.extra, made), ongoing=not last, total=total, batch=last
        )
        self._moments[anime.post_id] = Moment(at, at)

    def _change(self, anime: Anime, at: float, facts: Any) -> None:
        if not isinstance(facts, dict) or not facts or set(facts) - CHANGEABLE:
            raise ValueError(f"facts must be some of {sorted(CHANGEABLE)}")
        values: dict[str, Any] = {
            name: tuple(value) if name == "genres" else str(value) for name, value in facts.items()
        }
        self._titles[anime.post_id] = replace(anime, **values)
        self._moments[anime.post_id] = Moment(at, self.moment(anime).raised)

    def _rename(self, anime: Anime, at: float, to: str, *, episodes: bool) -> None:
        if not to or to in self._by_slug:
            raise ValueError("to must be a slug that no title has")
        stem = to.removesuffix("-sub-indo") if episodes else anime.stem
        if episodes:
            self._old_stems[anime.stem] = self._by_stem.pop(anime.stem)
            self._by_stem[stem] = anime.post_id
        self._old_slugs[anime.slug] = self._by_slug.pop(anime.slug)
        self._by_slug[to] = anime.post_id
        self._titles[anime.post_id] = replace(anime, slug=to, stem=stem)
        self._moments[anime.post_id] = Moment(at, self.moment(anime).raised)


def _day_of(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()
