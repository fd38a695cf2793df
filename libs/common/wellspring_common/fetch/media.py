"""Whether the first bytes of a file are those of a film, decided from one probe."""

import re
from dataclasses import dataclass

from yarl import URL

from wellspring_common.events.containers import Container

from .answers import status_code
from .page import Probe

SMALLEST_FILM = 64 * 1024
_TS_PACKET = 188
_MARKUP = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html|<head|<body|<script|<!--)", re.IGNORECASE
)
_TEXT_TYPES = frozenset({"text/html", "text/plain", "application/json", "application/xhtml+xml", "text/xml"})
_BY_TYPE = {
    "video/mp4": Container.MP4,
    "video/x-m4v": Container.MP4,
    "video/quicktime": Container.MP4,
    "video/x-matroska": Container.MKV,
    "video/webm": Container.WEBM,
    "application/vnd.apple.mpegurl": Container.HLS,
    "application/x-mpegurl": Container.HLS,
    "audio/mpegurl": Container.HLS,
    "application/dash+xml": Container.DASH,
}
_BY_SUFFIX = {
    ".mp4": Container.MP4,
    ".m4v": Container.MP4,
    ".mkv": Container.MKV,
    ".webm": Container.WEBM,
    ".m3u8": Container.HLS,
    ".mpd": Container.DASH,
}
MANIFESTS = frozenset({Container.HLS, Container.DASH})


@dataclass(frozen=True)
class MediaVerdict:
    """Whether a probe saw a film. `weak` means that only the declared type says so.

    `reason` is a stable code: one of `answers.status_code`, or `blocked`, `html_body`, `wrong_type`,
    `too_small`, `sent_home`, `size_changed`, `unknown_content`.
    """

    ok: bool
    container: Container | None = None
    reason: str | None = None
    weak: bool = False


def sniff(  # noqa: PLR0911  (a table of rules, the first that holds)
    probe: Probe, *, smallest: int = SMALLEST_FILM, expected_size: int | None = None
) -> MediaVerdict:
    """Return what the probe saw. `smallest` is the size in bytes below which no film is believed.

    `expected_size` is what the file's page said, or an earlier look saw: another file is in doubt.
    """
    if probe.challenge:
        return MediaVerdict(ok=False, reason="blocked")
    code = status_code(probe.status, probe.retry_after)
    if code is not None or probe.status >= 300:  # noqa: PLR2004  (an HTTP status)
        return MediaVerdict(ok=False, reason=code or "unknown_content")
    by_magic = container_of_bytes(probe.first_bytes)
    if by_magic in MANIFESTS:
        return MediaVerdict(ok=True, container=by_magic)
    if _MARKUP.match(probe.first_bytes):
        return MediaVerdict(ok=False, reason="html_body")
    if by_magic is None and probe.content_type in _TEXT_TYPES:
        return MediaVerdict(ok=False, reason="wrong_type")
    if probe.size is not None and probe.size < smallest:
        return MediaVerdict(ok=False, reason="too_small")
    if _sent_home(probe):
        return MediaVerdict(ok=False, reason="sent_home")
    if _is_other_file(probe.size, expected_size):
        return MediaVerdict(ok=False, container=by_magic, reason="size_changed")
    if by_magic is not None:
        return MediaVerdict(ok=True, container=by_magic)
    return _by_declaration(probe)


def is_page(probe: Probe) -> bool:
    """Return whether a page was served where media should be."""
    told = container_of_bytes(probe.first_bytes) is None and probe.content_type in _TEXT_TYPES
    return told or _MARKUP.match(probe.first_bytes) is not None


def _sent_home(probe: Probe) -> bool:
    """Return whether a host redirected to a place of its own that stands for whatever is gone."""
    if not probe.hops:
        return False
    asked, came = URL(probe.url), URL(probe.final_url)
    if asked.raw_host != came.raw_host or asked.raw_path == came.raw_path:
        return False
    path = came.path.lower()
    return path in {"", "/", "/404"} or path.startswith("/404.") or "expired" in path


def _is_other_file(size: int | None, expected: int | None) -> bool:
    """Return whether two sizes differ by more than half of the one expected."""
    return bool(size and expected and abs(size - expected) > expected / 2)


def container_of_bytes(start: bytes) -> Container | None:
    """Return the container that the first bytes show, if they show one."""
    if start[4:8] == b"ftyp":
        return Container.MP4
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return Container.WEBM if b"webm" in start[:64] else Container.MKV
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"#EXTM3U"):
        return Container.HLS
    if text.startswith(b"<MPD") or (text.startswith(b"<?xml") and b"<MPD" in text):
        return Container.DASH
    packets = [start[at : at + 1] for at in range(0, 2 * _TS_PACKET + 1, _TS_PACKET)]
    return Container.OTHER if packets == [b"\x47"] * 3 else None


def container_of_path(path: str) -> Container | None:
    """Return the container that a path's suffix names, if it names one."""
    return next((kind for suffix, kind in _BY_SUFFIX.items() if path.lower().endswith(suffix)), None)


def _by_declaration(probe: Probe) -> MediaVerdict:
    container = _BY_TYPE.get(probe.content_type)
    if container in MANIFESTS and probe.first_bytes:
        return MediaVerdict(ok=False, reason="unknown_content")
    video = probe.content_type.startswith("video/")
    # a HEAD shows no bytes, and an unknown file type of a plausible size may still be a film
    opaque = probe.content_type in {"application/octet-stream", "binary/octet-stream", ""}
    if container is not None or video or (opaque and probe.size is not None):
        return MediaVerdict(ok=True, container=container, weak=True)
    return MediaVerdict(ok=False, reason="unknown_content")
