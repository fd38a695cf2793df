"""The library as an M3U playlist, in the words that VLC, Kodi and TVs read."""

import re
from collections.abc import Sequence

from .entries import Entry, Origin

HEAD = "#EXTM3U\n"
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def field(text: str) -> str:
    """Return a text for a field. Players part fields at quotes, commas and line ends, and know no escape."""
    plain = " ".join(_BREAKS.sub(" ", text).split())
    return plain.replace('"', "'").replace(",", "\N{SINGLE LOW-9 QUOTATION MARK}")


def lines(entries: Sequence[Entry], origin: Origin) -> str:
    """Return the lines of some episodes."""
    return "".join(_lines(entry, origin) for entry in entries)


def _lines(entry: Entry, origin: Origin) -> str:
    show = entry.show
    group = (show.genres[0] if show.genres else "Movies") if show.is_movie else show.title
    said = f'tvg-id="wsp.{entry.id}" tvg-name="{field(entry.label)}"'
    logo = f' tvg-logo="{poster}"' if (poster := origin.poster(show)) else ""
    title = field(entry.full_label)
    return f'#EXTINF:-1 {said}{logo} group-title="{field(group)}",{title}\n{origin.video(entry)}\n'
