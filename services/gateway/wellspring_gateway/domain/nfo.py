"""NFO files: what Kodi and Jellyfin read of a title beside its videos."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from .entries import Entry, Origin, Show
from .titles import number_text

_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IDS = (("imdb", "imdb_id"), ("tmdb", "tmdb_id"), ("anilist", "anilist_id"))
_STATUS = {"ongoing": "Continuing", "completed": "Ended"}


def xml_text(text: str) -> str:
    """Return a text without the characters that XML has no place for."""
    return _NO_XML.sub("", text)


def show_nfo(show: Show, origin: Origin) -> bytes:
    """Return `tvshow.nfo`."""
    root = ET.Element("tvshow")
    _of_title(root, show, origin)
    return _written(root)


def movie_nfo(entry: Entry, origin: Origin) -> bytes:
    """Return the NFO of a film."""
    root = ET.Element("movie")
    _of_title(root, entry.show, origin)
    return _written(root)


def episode_nfo(entry: Entry) -> bytes:
    """Return the NFO of an episode. Its number is whole there: one between two says the rest in its title.

    Written as text, since there are so many: a tree of elements takes five times as long.
    """
    said = number_text(entry.number)
    name = entry.name or f"Episode {said}"
    is_whole = entry.number == int(entry.number)
    values = (
        ("title", name if is_whole or said in name else f"{said} {name}"),
        ("showtitle", entry.show.title),
        ("season", str(entry.season)),
        ("episode", str(int(entry.number))),
        ("aired", entry.aired_at.date().isoformat() if entry.aired_at else ""),
    )
    lines = "".join(f"  <{tag}>{escape(xml_text(text).strip())}</{tag}>\n" for tag, text in values if text)
    unique = f'  <uniqueid type="wellspring" default="true">{entry.id}</uniqueid>\n'
    return _HEAD + f"<episodedetails>\n{lines}{unique}</episodedetails>\n".encode()


def _of_title(root: ET.Element, show: Show, origin: Origin) -> None:
    values = (
        ("title", show.title),
        ("originaltitle", show.original_title),
        ("year", str(show.year) if show.year is not None else None),
        ("plot", show.synopsis),
        ("premiered", show.release_date.isoformat() if show.release_date else None),
        ("status", _STATUS.get(show.status or "") if not show.is_movie else None),
        ("studio", show.studio),
        ("rating", str(show.score) if show.score is not None else None),
    )
    _add(root, values)
    _add(root, (("genre", genre) for genre in show.genres))
    known = [(name, value) for name, member in _IDS if (value := getattr(show, member))]
    for position, (name, value) in enumerate([*known, ("wellspring", str(show.id))]):
        _unique(root, name, value, default=position == 0)
    if (poster := origin.poster(show)) is not None:
        ET.SubElement(root, "thumb", aspect="poster").text = poster


def _add(root: ET.Element, values: Iterable[tuple[str, str | None]]) -> None:
    for name, value in values:
        if value and (text := xml_text(value).strip()):
            ET.SubElement(root, name).text = text


def _unique(root: ET.Element, kind: str, value: str, *, default: bool) -> None:
    more = {"default": "true"} if default else {}
    ET.SubElement(root, "uniqueid", {"type": kind, **more}).text = xml_text(value)


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return _HEAD + body + b"\n"
