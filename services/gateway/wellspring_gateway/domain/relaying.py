"""Which headers cross a relay, in either direction."""

from collections.abc import Mapping

ASKED = ("range", "if-range", "accept")
ANSWERED = ("content-length", "content-range", "accept-ranges", "etag", "last-modified")
PASSED_ON = frozenset({200, 206, 416})
_TYPES = ("video/", "audio/")
_OTHER_TYPES = frozenset({"application/vnd.apple.mpegurl", "application/x-mpegurl", "text/vtt"})
_BY_EXTENSION = {
    "mp4": "video/mp4",
    "m4s": "video/iso.segment",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
    "ts": "video/mp2t",
    "vtt": "text/vtt",
}
ANY_TYPE = "application/octet-stream"


def upstream_headers(asked: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Return what a file's server is asked with: what the player wants, and what the link needs."""
    wanted = {name: asked[name] for name in ASKED if name in asked}
    return {name.title(): text for name, text in wanted.items()} | dict(own)


def relayed_headers(answer: Mapping[str, str], *, extension: str) -> dict[str, str]:
    """Return what a player hears of an answer. Its type is one of films: never a page on our origin."""
    headers = {name: answer[name] for name in ANSWERED if name in answer}
    told = answer.get("content-type", "").partition(";")[0].strip().lower()
    known = told.startswith(_TYPES) or told in _OTHER_TYPES
    headers["content-type"] = told if known else _BY_EXTENSION.get(extension, ANY_TYPE)
    return headers


def whole_headers(status: int, answer: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
    """Return what a HEAD would have said, from the answer to the first byte of a file."""
    total = answer.get("content-range", "").rpartition("/")[2]
    if status != 206 or not total.isdigit():  # noqa: PLR2004  (an HTTP status)
        return status, answer
    kept = {name: text for name, text in answer.items() if name != "content-range"}
    return 200, {**kept, "content-length": total, "accept-ranges": "bytes"}
