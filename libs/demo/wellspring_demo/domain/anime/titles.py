"""The invented titles: always the same ones, made from words and a number."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .words import GENRES, HEADS, HEROES, PLOTS, PRODUCERS, STUDIOS, TAILS, TWISTS

TITLES = 240
ONGOING = 40
LAST_DAY = date(2026, 8, 14)
"""When the newest of the titles that nobody released later was aired."""
FIRST_POST = 10_000
POSTS_PER_TITLE = 1_000
"""Post ids of one title: its own, then those of its episodes."""
ONE_FILM_IN = 17
ONE_SEQUEL_IN = 11
_LENGTHS = (12, 12, 12, 13, 13, 13, 24, 24, 25, 11, 10)
_FORMATS = ("TV", "TV", "TV", "TV", "ONA")


@dataclass(frozen=True)
class Aired:
    """One episode: which, when, and whether its name says that it is the last."""

    number: Decimal
    day: date
    post_id: int
    last: bool = False


@dataclass(frozen=True)
class Anime:
    """One title of the catalogue."""

    post_id: int
    slug: str
    stem: str
    """What the addresses of its episodes begin with; it stays when the slug changes."""
    title: str
    japanese: str
    score: str
    producer: str
    format: str
    ongoing: bool
    total: int
    """How many episodes there will be, whether the page says so or not."""
    duration: str
    first_day: date
    studio: str
    genres: tuple[str, ...]
    synopsis: str
    first: int = 1
    count: int = 12
    """Episodes listed one by one, extras not counted."""
    half_after: int | None = None
    """After this episode there is one more, with half a number."""
    separated_after: int | None = None
    """After this episode the list has a line that is no episode."""
    batch: bool = False
    complete_page: bool = False
    extra: tuple[Aired, ...] = ()
    """Episodes released since the world began."""

    @property
    def episodes(self) -> tuple[Aired, ...]:
        """Every episode, oldest first."""
        return (*self._seeded(), *self.extra)

    @property
    def newest(self) -> Aired | None:
        """The episode aired last, none where there is only a batch."""
        found = self.episodes
        return found[-1] if found else None

    @property
    def last_day(self) -> date:
        """When something of it was aired last."""
        return self.extra[-1].day if self.extra else self.first_day + timedelta(weeks=max(self.count - 1, 0))

    def _seeded(self) -> Iterator[Aired]:
        post_id, end = self.post_id, self.first + self.count - 1
        for week in range(self.count):
            number, post_id = self.first + week, post_id + 1
            day = self.first_day + timedelta(weeks=week)
            last = number == end and not self.ongoing and self.count > 1 and not self.extra
            yield Aired(Decimal(number), day, post_id, last)
            if number == self.half_after:
                post_id += 1
                yield Aired(Decimal(number) + Decimal("0.5"), day + timedelta(days=3), post_id)


def all_titles() -> list[Anime]:
    """Every title, in the order of its post id."""
    pairs = [(head, tail) for head in HEADS for tail in TAILS]
    random.Random("titles").shuffle(pairs)
    return [_special(number, _made(number, *pairs[number])) for number in range(TITLES)]


def _made(number: int, head: tuple[str, str, str], tail: tuple[str, str, str]) -> Anime:
    chance = random.Random(f"anime {number}")
    ongoing = number < ONGOING
    film = not ongoing and number % ONE_FILM_IN == 1
    sequel = not film and number % ONE_SEQUEL_IN == 1
    title = f"{head[0]} no {tail[0]}" if number % 4 else f"{head[0]} {tail[0]}"
    name = f"{title} Movie" if film else f"{title} Season 2" if sequel else title
    total = 1 if film else chance.choice(_LENGTHS)
    aired = chance.randint(2, total - 1) if ongoing else total
    stem = _slug(name)
    words = {"hero": chance.choice(HEROES), "head": head[2], "tail": tail[2]}
    return Anime(
        post_id=FIRST_POST + number * POSTS_PER_TITLE,
        slug=f"{stem}-sub-indo",
        stem=stem,
        title=name,
        japanese=f"{head[1]}の{tail[1]}" + (" 第2期" if sequel else ""),
        score=f"{chance.uniform(5.9, 8.9):.2f}",
        producer=", ".join(chance.sample(PRODUCERS, chance.randint(1, 3))),
        format="Movie" if film else chance.choice(_FORMATS),
        ongoing=ongoing,
        total=total,
        duration="1 jam 42 min." if film else f"{chance.choice((12, 23, 24, 24))} min. per ep.",
        first_day=_first_day(number, aired, ongoing=ongoing),
        studio=chance.choice(STUDIOS),
        genres=tuple(sorted(chance.sample(GENRES, chance.randint(2, 4)))),
        synopsis=f"{chance.choice(PLOTS).format(**words)} {chance.choice(TWISTS)}",
        count=aired,
        batch=not ongoing and not film,
    )


def _first_day(number: int, aired: int, *, ongoing: bool) -> date:
    # Every day of the week has something on the air; what has ended goes back eleven years.
    end = LAST_DAY - timedelta(days=number % 7 if ongoing else 7 + (number - ONGOING) * 20)
    return end - timedelta(weeks=aired - 1)


def _slug(title: str) -> str:
    return "-".join(title.lower().replace("&", " ").replace("'", "").split())


SPECIMENS: dict[str, tuple[int, dict[str, Any]]] = {
    "ongoing": (3, {}),
    "from_zero": (44, {"first": 0, "count": 13, "total": 13}),
    "half": (46, {"count": 13, "total": 14, "half_after": 7}),
    "separated": (48, {"count": 24, "total": 24, "separated_after": 12}),
    "batch_only": (50, {"count": 0, "total": 26}),
    "lengkap": (53, {"complete_page": True}),
    "long": (54, {"count": 220, "total": 220, "first_day": date(2021, 8, 20)}),
    "bare": (58, {"japanese": "", "score": "", "producer": "", "studio": "", "batch": False}),
    "escaped": (60, {"title": 'Mikazuki & the "Hare\'s" <Chizu>'}),
}
"""Titles with a habit of their own: the habit's name, which title, and what it has instead."""


def _special(number: int, anime: Anime) -> Anime:
    instead = next((facts for at, facts in SPECIMENS.values() if at == number), {})
    return replace(anime, **instead)
