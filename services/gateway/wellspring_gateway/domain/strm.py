"""The library as a tree of `.strm` files with NFO beside them, as Kodi and Jellyfin scan it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .entries import Entry, Origin, Show
from .file_names import allowed, folder, plain
from .nfo import episode_nfo, movie_nfo, show_nfo

SHOWS, MOVIES = "Shows", "Movies"
"""Apart, because both programs want one folder for each kind."""


@dataclass(frozen=True)
class File:
    """A file of the tree. Its path has slashes, on every system."""

    path: str
    body: bytes


@dataclass
class Tree:
    """Turns episodes into files, in one pass: those of one title come one after the other."""

    origin: Origin
    _show: Show | None = field(default=None, init=False)
    _folder: str = field(default="", init=False)
    _name: str = field(default="", init=False)

    def files(self, entries: Sequence[Entry]) -> Iterator[File]:
        """Yield the files of some episodes, the title's own before its first episode's."""
        for entry in entries:
            is_first = self._show is None or self._show.id != entry.show.id
            if is_first:
                self._show, self._folder = entry.show, _folder(entry.show)
                self._name = plain(entry.show.title)[0]
            yield from self._of_film(entry, is_first) if entry.show.is_movie else self._of(entry, is_first)

    def _of(self, entry: Entry, is_first: bool) -> Iterator[File]:  # noqa: FBT001  (private)
        if is_first:
            yield File(f"{self._folder}/tvshow.nfo", show_nfo(entry.show, self.origin))
        name = f"{self._name} {entry.code}"
        path = f"{self._folder}/Season {entry.season:02d}/{name}"
        yield File(f"{path}.strm", self._address(entry))
        yield File(f"{path}.nfo", episode_nfo(entry))

    def _of_film(self, entry: Entry, is_first: bool) -> Iterator[File]:  # noqa: FBT001  (private)
        name = self._folder.rpartition("/")[2]
        path = f"{self._folder}/{allowed(name) if is_first else f'{name} {entry.code}'}"
        yield File(f"{path}.strm", self._address(entry))
        yield File(f"{path}.nfo", movie_nfo(entry, self.origin))

    def _address(self, entry: Entry) -> bytes:
        return f"{self.origin.video(entry)}\n".encode()


def _folder(show: Show) -> str:
    name = folder(show.title, show.year, title_id=show.id, has_twin=show.has_twin)
    return f"{MOVIES if show.is_movie else SHOWS}/{name}"
