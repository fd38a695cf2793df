"""Pictures of titles: what is one, and when to ask again."""

from datetime import datetime, timedelta

LARGEST_PICTURE = 1024 * 1024
FRESH_FOR = timedelta(days=7)
SHORTEST_WAIT = timedelta(minutes=5)
_WAITS = (
    SHORTEST_WAIT,
    timedelta(minutes=30),
    timedelta(hours=3),
    timedelta(hours=12),
    timedelta(days=2),
    timedelta(days=7),
)
_STARTS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_SHORTEST = 12
_FTYP = slice(4, 8)
_BRAND = slice(8, 12)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


def picture_type(body: bytes) -> str | None:
    """Return the media type that the first bytes show, whatever the server said, or nothing."""
    if len(body) < _SHORTEST:
        return None
    if body.startswith(b"RIFF"):
        return "image/webp" if body[_BRAND] == b"WEBP" else None
    if body[_FTYP] == b"ftyp":
        return "image/avif" if body[_BRAND] in _AVIF_BRANDS else None
    return next((kind for start, kind in _STARTS.items() if body.startswith(start)), None)


def next_look(now: datetime, failures: int) -> datetime:
    """Return when a picture is asked for again: in a week, or after that many failures in a row."""
    if failures == 0:
        return now + FRESH_FOR
    return now + _WAITS[min(failures, len(_WAITS)) - 1]


def poster_address(title_id: int, digest: str | None) -> str | None:
    """Return where a title's stored picture is. Nothing, where there is none."""
    return f"/posters/{title_id}/{digest}" if digest else None
