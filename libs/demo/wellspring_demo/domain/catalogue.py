"""What the demo world has to offer: titles, episodes, and the permanent pages and clips behind them."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

QUALITIES = (480, 720, 1080)
SERVERS = ("fsl", "10gbps", "pixel")
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Source:
    """One episode in one quality: what a permanent page stands for."""

    id: str
    show: str
    kind: str
    season: int
    number: float
    name: str
    quality: int
    year: int
    servers: tuple[str, ...] = SERVERS
    stock: bool = False

    @property
    def code(self) -> str:
        """`S01E02`, or `FILM`."""
        if self.kind == "movie":
            return "FILM"
        return f"S{self.season:02d}E{self.number:02g}"

    @property
    def file_name(self) -> str:
        """The name that pages and downloads show."""
        words = re.sub(r"[^\w]+", ".", self.show.replace("'", "")).strip(".")
        middle = str(self.year) if self.kind == "movie" else self.code
        return f"{words}.{middle}.{self.quality}p.mp4"


@dataclass(frozen=True)
class Clip:
    """One file on one server."""

    key: str
    source: Source
    server: str

    @property
    def media_key(self) -> str:
        """Names the video file; every stock clip of one quality and server shares one."""
        if self.source.stock:
            return f"stock-{self.source.quality}-{self.server}"
        return self.key


class Catalogue:
    """The seeded titles, and every source and clip that can be asked for."""

    def __init__(self, titles: list[dict[str, Any]]) -> None:
        self.titles = titles
        self.sources: dict[str, Source] = {}
        self.clips: dict[str, Clip] = {}
        for title in titles:
            for source in seeded_sources(title):
                self.add(source)

    def add(self, source: Source) -> Source:
        """Make a source and its clips known."""
        self.sources[source.id] = source
        for server in SERVERS:
            key = hashlib.sha256(f"{source.id}/{server}".encode()).hexdigest()[:12]
            self.clips[key] = Clip(key, source, server)
        return source

    def clip(self, source: Source, server: str) -> Clip:
        """The file of this source on this server."""
        return self.clips[hashlib.sha256(f"{source.id}/{server}".encode()).hexdigest()[:12]]

    def listing(self, site: str) -> list[dict[str, Any]]:
        """The seeded titles as JSON, with the permanent page of each episode and quality on `site`."""
        return [
            {**title, "rights": "owned", "episodes": list(_episodes_with_pages(title, site))}
            for title in self.titles
        ]


def source_id(show: str, season: int, number: float, quality: int, serial: int = 0) -> str:
    """Fifteen letters and digits, always the same for the same episode, quality and serial."""
    digest = hashlib.sha256(f"{show}|{season}|{number:g}|{quality}|{serial}".encode()).digest()
    return "".join(_ALPHABET[byte % 36] for byte in digest[:15])


def seeded_sources(title: dict[str, Any]) -> Iterator[Source]:
    """Every source of one title of the catalogue file."""
    for episode in title["episodes"]:
        for quality in QUALITIES:
            yield Source(
                id=source_id(title["show"], episode["season"], episode["number"], quality),
                show=title["show"],
                kind=title["kind"],
                season=episode["season"],
                number=episode["number"],
                name=episode["name"],
                quality=quality,
                year=title["year"],
            )


def minted_source(  # every argument is a field of the request body
    title: str,
    episode: float,
    quality: int,
    *,
    serial: int,
    year: int,
    season: int = 1,
    name: str = "",
    servers: Iterable[str] = SERVERS,
    stock: bool = False,
) -> Source:
    """A source that nobody seeded; raises ValueError for a quality or server that this world lacks."""
    chosen = tuple(servers)
    if quality not in QUALITIES:
        raise ValueError(f"quality must be one of {QUALITIES}")
    if unknown := set(chosen) - set(SERVERS):
        raise ValueError(f"unknown servers: {sorted(unknown)}")
    made = Source(
        id=source_id(title, season, episode, quality, serial),
        show=title,
        kind="series",
        season=season,
        number=episode,
        name=name or f"Episode {episode:g}",
        quality=quality,
        year=year,
    )
    return replace(made, servers=chosen, stock=stock)


def _episodes_with_pages(title: dict[str, Any], site: str) -> Iterator[dict[str, Any]]:
    for episode in title["episodes"]:
        kind = "j" if episode.get("scripted") else "v"
        ids = {
            quality: source_id(title["show"], episode["season"], episode["number"], quality)
            for quality in QUALITIES
        }
        pages = {str(quality): f"{site}/{kind}/{page_id}" for quality, page_id in ids.items()}
        yield {**episode, "sources": pages}
