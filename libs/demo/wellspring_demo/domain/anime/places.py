"""Where everything of the anime catalogue is: the addresses that its pages carry."""

import re
from dataclasses import dataclass
from decimal import Decimal

from .titles import Aired, Anime

_EPISODE = re.compile(r"(?P<stem>.+)-episode-(?P<whole>\d+)(?:-(?P<half>5))?-sub-indo")


@dataclass(frozen=True)
class Places:
    """The addresses under one base URL, which has no slash at its end."""

    base: str

    def title(self, anime: Anime) -> str:
        """The page of a title."""
        return f"{self.base}/anime/{anime.slug}/"

    def episode(self, anime: Anime, episode: Aired) -> str:
        """The page of an episode."""
        return f"{self.base}/episode/{episode_slug(anime, episode)}/"

    def batch(self, anime: Anime) -> str:
        """The page with all episodes in one file."""
        return f"{self.base}/batch/{anime.stem}-batch-sub-indo/"

    def complete(self, anime: Anime) -> str:
        """The page that repeats all episodes."""
        return f"{self.base}/lengkap/{anime.stem}-sub-indo/"

    def genre(self, name: str) -> str:
        """The first page of a genre."""
        return f"{self.base}/genres/{genre_slug(name)}/"

    def poster(self, anime: Anime) -> str:
        """The picture of a title, whose address stays when the slug changes."""
        day = anime.first_day
        return f"{self.base}/wp-content/uploads/{day.year}/{day.month:02d}/poster-{anime.post_id}.png"

    def short(self, post_id: int) -> str:
        """The address of a post that never changes."""
        return f"{self.base}/?p={post_id}"


def episode_slug(anime: Anime, episode: Aired) -> str:
    """`some-title-episode-12-5-sub-indo`."""
    return f"{anime.stem}-episode-{str(episode.number).replace('.', '-')}-sub-indo"


def read_episode_slug(slug: str) -> tuple[str, Decimal] | None:
    """The stem and the number in the address of an episode, None for another address."""
    found = _EPISODE.fullmatch(slug)
    if found is None:
        return None
    return found["stem"], Decimal(found["whole"]) + (Decimal("0.5") if found["half"] else 0)


def genre_slug(name: str) -> str:
    """`slice-of-life`."""
    return name.lower().replace(" ", "-")
