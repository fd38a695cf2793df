"""Permanent addresses: what a player keeps of an episode for ever, whatever becomes of its links."""

import re
import unicodedata
from urllib.parse import quote

AUTO = "auto"
"""Stands for the best quality there is."""
HIGHEST_QUALITY = 9999
LONGEST_NAME = 100
LONGEST_HERE = 1000
_SECRET_QUERIES = frozenset({"/invite", "/setup"})
_EXTENSIONS = {"mp4": "mp4", "mkv": "mkv", "webm": "webm", "hls": "m3u8", "dash": "mpd"}
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\?#%:*\"<>|]+")
_HOST = re.compile(r"(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def permanent(
    base: str, *, episode_id: int, quality: int | None, name: str, extension: str, token: str | None = None
) -> str:
    """Return the permanent address of an episode in a quality: the best one for nothing.

    The name is for people and for players that read the path: only its end means something. `token` is a
    device's, for a player that cannot sign in.
    """
    device = f"/u/{quote(token, safe='')}" if token else ""
    file = f"{quote(file_name(name), safe='')}.{extension.lstrip('.')}"
    return f"{base.rstrip('/')}{device}/w/{episode_id}/{quality or AUTO}/{file}"


def file_name(name: str) -> str:
    """Return a name that survives in a path and on every file system."""
    plain = _UNSAFE.sub(" ", unicodedata.normalize("NFC", name))
    return " ".join(plain.split())[:LONGEST_NAME].strip(". ") or "episode"


def extension_of(container: str) -> str:
    """Return the extension by which players know a container."""
    return _EXTENSIONS.get(container, "mp4")


def quality_of(text: str) -> int | None:
    """Return the height in lines that an address names, or nothing for `auto`. Raises `ValueError`."""
    if text == AUTO:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:5]) <= HIGHEST_QUALITY):
        raise ValueError(f"{text[:20]!r} is no quality")
    return int(text)


def is_host(text: str) -> bool:
    """Return whether a `Host` header is one to build addresses from."""
    return _HOST.fullmatch(text) is not None


def here(method: str, path: str, query: str) -> str:
    """Return the address to come back to: of what answered a form that is the page the form stands on."""
    if method not in {"GET", "HEAD"}:
        return f"/{path.strip('/').partition('/')[0]}"
    address = f"{path}?{query}" if query and path not in _SECRET_QUERIES else path
    return address if len(address) <= LONGEST_HERE else path
