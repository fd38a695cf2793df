"""HLS playlists as we serve them: every URL in them absolute, and ours where it has to be."""

import re
from collections.abc import Callable

from yarl import URL

MEDIA_TYPE = "application/vnd.apple.mpegurl"
_URI = re.compile(r'(?<=[:,])URI="([^"]*)"')
_OF_LISTS = ("#EXT-X-MEDIA:", "#EXT-X-I-FRAME-STREAM-INF:", "#EXT-X-RENDITION-REPORT:")
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,5})$")

Address = Callable[[str, bool], str]
"""Returns the address of a URL. The second argument says that it is another playlist's."""


def is_playlist(text: str) -> bool:
    """Return whether a text is an HLS playlist."""
    return text.lstrip("\ufeff \t\r\n").startswith("#EXTM3U")


def rewritten(text: str, *, base: str, address: Address) -> str:
    """Return a playlist with every URL replaced by its address. `base` is where the playlist came from.

    What is no web address stays as it is in a tag (`data:`, `skd:`), and is left out as a line.
    """
    home, lines, variant = URL(base, encoded=True), [], False
    for raw in text.lstrip("\ufeff").splitlines():
        line = raw.strip()
        if line.startswith("#"):
            variant = variant or line.startswith("#EXT-X-STREAM-INF")
            lines.append(_tag(line, home, address))
        elif line:
            url = _absolute(home, line)
            if url is not None:
                lines.append(address(url, variant))
            variant = False
    return "\n".join(lines) + "\n"


def file_of(url: str, *, is_list: bool) -> str:
    """Return the name of a part's address: players look at its end, and some refuse what they don't know."""
    found = _SUFFIX.search(URL(url, encoded=True).raw_path)
    return "list.m3u8" if is_list else f"part.{found[1].lower() if found else 'ts'}"


def _tag(line: str, home: URL, address: Address) -> str:
    is_list = line.startswith(_OF_LISTS)

    def replaced(found: re.Match[str]) -> str:
        url = _absolute(home, found[1])
        return found[0] if url is None else f'URI="{address(url, is_list)}"'

    return _URI.sub(replaced, line)


def _absolute(home: URL, reference: str) -> str | None:
    try:
        url = home.join(URL(reference, encoded=True)).with_fragment(None)
    except ValueError:
        return None
    return str(url) if url.scheme in {"http", "https"} and url.raw_host else None
