"""NFO files as Kodi and Jellyfin write them: https://kodi.wiki/view/NFO_files."""

from dataclasses import dataclass, field
from xml.parsers import expat

from wellspring_common.errors import Permanent

from .metadata import Found, FoundEpisode, joined

LARGEST_NFO = 256 * 1024
_DEEPEST = 12
_MOST_NODES = 20_000
_MOST_TEXT = 20_000
_STATUS = {
    "ended": "completed",
    "continuing": "ongoing",
    "returning series": "ongoing",
    "canceled": "completed",
}
_ROOTS = {"tvshow": "series", "movie": "movie", "episodedetails": ""}


@dataclass
class _Node:
    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list["_Node"] = field(default_factory=list)

    def all(self, name: str) -> list["_Node"]:
        return [child for child in self.children if child.name == name]

    def first(self, *names: str) -> str:
        """Return the text of the first child that has any, by the first name that does."""
        found = (child.text.strip() for name in names for child in self.all(name))
        return next((text for text in found if text), "")


def read_nfo(content: bytes) -> Found:
    """Return what a file says. Raises `Permanent` with `bad_nfo`, `unsafe_nfo` or `nfo_too_large`."""
    if len(content) > LARGEST_NFO:
        raise Permanent(f"An NFO file has at most {LARGEST_NFO // 1024} KiB.", code="nfo_too_large")
    root = _tree(content)
    if root is None or root.name not in _ROOTS:
        raise Permanent("This is no NFO of a film, a series or an episode.", code="bad_nfo")
    if root.name == "episodedetails":
        return Found("nfo", {}, episode=_episode(root))
    return Found("nfo", _facts(root, _ROOTS[root.name]))


def _facts(root: _Node, kind: str) -> dict[str, str]:
    is_film = kind == "movie"
    released = root.first("premiered", "releasedate", "aired")
    minutes = root.first("runtime").removesuffix("min").strip()
    return {
        "title": root.first("title"),
        "original_title": root.first("originaltitle"),
        "kind": kind,
        "year": root.first("year") or released[:4],
        "release_date": released[:10],
        "status": _STATUS.get(root.first("status").lower(), ""),
        "total_episodes": "" if is_film else root.first("numepisodes"),
        "duration": f"{minutes} min" if minutes.isascii() and minutes.isdigit() and int(minutes[:9]) else "",
        "language": root.first("language"),
        "genres": joined(_words(root, "genre"), most=20),
        "synopsis": root.first("plot", "outline"),
        "score": _score(root),
        "studio": joined((node.text for node in root.all("studio")), most=2),
        "imdb_id": _id(root, "imdb", "imdbid", "imdb_id"),
        "tmdb_id": _id(root, "tmdb", "tmdbid"),
        "anilist_id": _id(root, "anilist", "anilistid"),
        "poster_url": _poster(root),
    }


def _episode(root: _Node) -> FoundEpisode:
    return FoundEpisode(
        season=root.first("season"),
        number=root.first("episode"),
        name=root.first("title"),
        aired_at=root.first("aired", "premiered")[:10],
    )


def _words(root: _Node, name: str) -> list[str]:
    return [word for node in root.all(name) for word in node.text.split("/") if word.strip()]


def _id(root: _Node, kind: str, *older: str) -> str:
    for node in root.all("uniqueid"):
        if node.attributes.get("type", "").lower() == kind and node.text.strip():
            return node.text.strip()
    return root.first(*older)


def _score(root: _Node) -> str:
    """Return the rating out of ten: the default one of several, or the single one of older files."""
    ratings = [node for box in root.all("ratings") for node in box.all("rating")]
    ratings.sort(key=lambda node: node.attributes.get("default", "") != "true")
    for node in ratings:
        if node.attributes.get("max", "10") == "10" and node.first("value"):
            return _short(node.first("value"))
    return _short(root.first("rating"))


def _short(number: str) -> str:
    """Return a number with two places: files have as many as a float has."""
    try:
        return f"{float(number[:20]):.2f}" if number and float(number[:20]) > 0 else ""
    except ValueError:
        return ""


def _poster(root: _Node) -> str:
    for node in root.all("thumb"):
        if node.attributes.get("aspect", "poster") == "poster" and node.text.strip().startswith("http"):
            return node.text.strip()
    return ""


def _tree(content: bytes) -> _Node | None:
    """Return the first element of a file: some go on after it, with an address or with another episode."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003  (expat's own, by place)
    except (expat.ExpatError, ValueError, LookupError):
        if not builder.is_done:
            raise Permanent("This is no proper XML.", code="bad_nfo") from None
    return builder.root


class _Builder:
    """Builds a bounded tree of the first element."""

    def __init__(self) -> None:
        self.root: _Node | None = None
        self.is_done = False
        self._open: list[_Node] = []
        self._nodes = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        self._nodes += 1
        if self._nodes > _MOST_NODES or len(self._open) >= _DEEPEST:
            raise Permanent("This file has more in it than an NFO has.", code="bad_nfo")
        node = _Node(name.rpartition(":")[2].lower(), attributes)
        if self._open:
            self._open[-1].children.append(node)
        elif self.root is None:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        """Close an element."""
        self._open.pop()
        self.is_done = self.is_done or not self._open

    def data(self, text: str) -> None:
        """Take text. What goes on beyond all bounds is cut."""
        if self._open and len(self._open[-1].text) < _MOST_TEXT:
            self._open[-1].text += text

    def refuse(self, *_: object) -> None:
        """Refuse what could name files or grow without bound."""
        raise Permanent("This file declares a document type: that is not let in.", code="unsafe_nfo")
