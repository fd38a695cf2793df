"""The item archive's books: what is in an item, and which items a search finds."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .media import LibraryMedia

COLLECTION = "lanternreels"
BULLETINS, BULLETIN_COUNT = "riverbulletins", 130
_CLAUSE = re.compile(r"\s+AND\s+")
_FIELD = re.compile(r"^([a-z-]+):(.+)$", re.DOTALL)
_HOUSEKEEPING = ("licenseurl", "rights", "date", "year", "language", "runtime", "subject", "creator")


@dataclass(frozen=True)
class Item:
    """One item: its description, its videos, and whether it may be read."""

    told: dict[str, Any]

    @property
    def id(self) -> str:
        """Return the identifier."""
        return str(self.told["identifier"])

    @property
    def restricted(self) -> bool:
        """Return whether only borrowers get its files."""
        return bool(self.told.get("restricted"))

    @property
    def dark(self) -> bool:
        """Return whether it was withdrawn."""
        return bool(self.told.get("dark"))

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """Return what the uploader wrote, as the archive keeps it: one value as text, several as a list."""
        kept: dict[str, Any] = {}
        kept |= {key: self.told[key] for key in ("identifier", "title", "description") if key in self.told}
        kept |= {key: self.told[key] for key in _HOUSEKEEPING if key in self.told}
        kept["mediatype"] = self.told.get("mediatype", "movies")
        kept["collection"] = [self.told.get("collection", COLLECTION), "moviesandfilms"]
        kept["publicdate"] = f"{self.told.get('year', '2000')}-12-31 00:00:00"
        if self.restricted:
            kept["access-restricted-item"] = "true"
        return kept

    def quality_of(self, name: str) -> int | None:
        """Return the height of a video file, or nothing where the item has no such file."""
        for video in self.told["videos"]:
            if video["name"] == name:
                return int(video["height"])
            for derived, _, height in video["derivatives"]:
                if derived == name:
                    return int(height)
        return None

    def files(self, media: LibraryMedia) -> list[dict[str, str]]:
        """Return every file with its facts, all of them text."""
        found = []
        for video in self.told["videos"]:
            own = self._file(video["name"], video["format"], video["height"], media)
            titled = {"title": video["title"]} if "title" in video else {}
            found.append({**own, "source": "original", **titled})
            for name, format_, height in video["derivatives"]:
                derived = self._file(name, format_, height, media)
                found.append({**derived, "source": "derivative", "original": video["name"]})
        papers = {"name": f"{self.id}_meta.xml", "source": "original", "format": "Metadata", "size": "812"}
        picture = {"name": "__ia_thumb.jpg", "source": "original", "format": "Item Tile", "size": "9001"}
        return [*found, picture, papers]

    def _file(self, name: str, format_: str, height: int, media: LibraryMedia) -> dict[str, str]:
        private = {"private": "true"} if self.restricted else {}
        return {
            "name": name,
            "format": format_,
            "height": str(height),
            "width": str(round(height * 16 / 9)),
            "length": "6.00",
            "size": str(media.size(height)),
            **private,
        }


def read_items() -> dict[str, Item]:
    """Return the items of the data file by identifier."""
    data = json.loads(Path(__file__).with_name("archive.json").read_text(encoding="utf-8"))
    return {told["identifier"]: Item(told) for told in (*data, *_bulletins())}


def _bulletins() -> Iterator[dict[str, Any]]:
    """Describe more items than one answer holds."""
    for number in range(1, BULLETIN_COUNT + 1):
        name = f"bulletin-{number:03}.mp4"
        yield {
            "identifier": f"river-bulletin-{number:03}",
            "title": f"River Bulletin No. {number}",
            "collection": BULLETINS,
            "creator": "Board of Quiet Rivers",
            "date": "1950",
            "year": "1950",
            "videos": [{"name": name, "format": "h.264", "height": 480, "derivatives": []}],
        }


def found(items: dict[str, Item], query: str) -> list[Item]:
    """Return what a query finds, by identifier. It is `field:(value)` and words, joined by AND."""
    clauses = [clause.strip() for clause in _CLAUSE.split(query.strip()) if clause.strip()]
    living = (item for item in items.values() if not item.dark)
    return sorted(
        (item for item in living if all(_fits(item, one) for one in clauses)), key=lambda item: item.id
    )


def _fits(item: Item, clause: str) -> bool:
    if clause.startswith(("-", "NOT ")):
        return not _fits(item, clause.removeprefix("-").removeprefix("NOT ").strip())
    named = _FIELD.match(clause)
    if named is None:
        everything = json.dumps(item.metadata, ensure_ascii=False).lower()
        return all(word in everything for word in _bare(clause).lower().split())
    value = item.metadata.get(named.group(1), "")
    values = value if isinstance(value, list) else [value]
    return _bare(named.group(2)).lower() in [str(one).lower() for one in values]


def _bare(text: str) -> str:
    return text.strip().strip("()").strip().strip('"')
