"""New episodes as RSS 2.0 and as Atom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from .addresses import extension_of
from .entries import Entry, Origin
from .nfo import xml_text

ATOM = "http://www.w3.org/2005/Atom"
MOST = 50
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries was changed: it has to say so."""
_TYPES = {
    "mp4": "video/mp4",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
    "m3u8": "application/vnd.apple.mpegurl",
    "mpd": "application/dash+xml",
}
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Feed:
    """A list of episodes, the newest first. `path` is its own address without the origin."""

    title: str
    path: str
    home: str
    entries: Sequence[Entry]
    origin: Origin

    @property
    def changed_at(self) -> datetime:
        """Return when the newest episode came."""
        return max((entry.created_at for entry in self.entries), default=_BEGINNING)

    @property
    def address(self) -> str:
        """Return the feed's own address."""
        return f"{self.origin.root}{self.path}"

    def tag(self, said: str) -> str:
        """Return an id that stays the same, whatever becomes of addresses (RFC 4151)."""
        return f"tag:{(urlsplit(self.origin.base).hostname or 'localhost')},2026:wellspring/{said}"


def rss(feed: Feed) -> bytes:
    """Return the feed as RSS 2.0."""
    ET.register_namespace("atom", ATOM)
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _text(channel, "title", feed.title)
    _text(channel, "link", f"{feed.origin.base}{feed.home}")
    _text(channel, "description", f"{feed.title}, the newest first.")
    _text(channel, "lastBuildDate", _rfc822(feed.changed_at))
    own = {"href": feed.address, "rel": "self", "type": "application/rss+xml"}
    ET.SubElement(channel, f"{{{ATOM}}}link", own)
    for entry in feed.entries:
        item = ET.SubElement(channel, "item")
        _text(item, "title", entry.full_label)
        _text(item, "link", feed.origin.page(entry))
        ET.SubElement(item, "guid", isPermaLink="false").text = feed.tag(f"episode/{entry.id}")
        _text(item, "pubDate", _rfc822(entry.created_at))
        for genre in entry.show.genres:
            _text(item, "category", genre)
        _text(item, "description", entry.show.synopsis or entry.label)
        ET.SubElement(item, "enclosure", url=feed.origin.video(entry), length="0", type=_type(entry))
    return _written(root)


def atom(feed: Feed) -> bytes:
    """Return the feed as Atom (RFC 4287)."""
    root = ET.Element("feed", xmlns=ATOM)
    _text(root, "id", feed.tag(feed.path.rpartition(".")[0].strip("/")))
    _text(root, "title", feed.title)
    _text(root, "updated", _rfc3339(feed.changed_at))
    _text(ET.SubElement(root, "author"), "name", "Wellspring")
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=f"{feed.origin.base}{feed.home}")
    for entry in feed.entries:
        item = ET.SubElement(root, "entry")
        _text(item, "id", feed.tag(f"episode/{entry.id}"))
        _text(item, "title", entry.full_label)
        _text(item, "published", _rfc3339(entry.created_at))
        _text(item, "updated", _rfc3339(entry.created_at))
        ET.SubElement(item, "link", rel="alternate", type="text/html", href=feed.origin.page(entry))
        ET.SubElement(item, "link", rel="enclosure", type=_type(entry), href=feed.origin.video(entry))
        for genre in entry.show.genres:
            ET.SubElement(item, "category", term=xml_text(genre))
        _text(item, "summary", entry.show.synopsis or entry.label)
    return _written(root)


def _written(root: ET.Element) -> bytes:
    body: bytes = ET.tostring(root, encoding="utf-8")
    return _HEAD + body + b"\n"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = xml_text(text)


def _type(entry: Entry) -> str:
    return _TYPES.get(extension_of(entry.container), "video/mp4")


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
