"""What an HLS playlist says about the segments of a film."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from yarl import URL

from wellspring_common.errors import Permanent
from wellspring_common.fetch.hls import LONGEST_LINE

MOST_SEGMENTS = 50_000
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",]*)')
_IV_BYTES = 16


class Unplayable(Permanent):
    """A playlist that no film can be made of. The code says why."""

    code = "bad_playlist"


@dataclass(frozen=True)
class Key:
    """What a segment is encrypted with (AES-128 in CBC mode)."""

    url: str
    iv: bytes


@dataclass(frozen=True)
class Segment:
    """A piece of the film. `span` is the part of the resource that it is, where it is not all of it."""

    url: str
    seconds: float
    span: range | None = None
    key: Key | None = None


@dataclass(frozen=True)
class Playlist:
    """All segments in order. `start` comes before the first, for films in fragments of MP4."""

    segments: tuple[Segment, ...]
    start: Segment | None = None

    @property
    def seconds(self) -> float:
        """Return how long the film is."""
        return sum(segment.seconds for segment in self.segments)

    @property
    def shape(self) -> str:
        """Return what this has in common with the same film elsewhere, whatever the addresses."""
        told = ",".join(f"{segment.seconds:.2f}" for segment in self.segments)
        return hashlib.sha256(f"{self.start is not None}:{told}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Variant:
    """One quality of a film. `sound` is the playlist of its sound where that comes apart."""

    url: str
    bandwidth: int
    height: int | None
    sound: str | None = None


def is_playlist(text: str) -> bool:
    """Return whether a text is any HLS playlist."""
    return text.lstrip("\ufeff").lstrip().startswith("#EXTM3U")


def variants_of(text: str, base: str) -> list[Variant]:
    """Return the qualities that a master playlist offers: none for a playlist of segments."""
    lines = _lines(text)
    sounds: dict[str, str] = {}
    for line in lines:
        if line.startswith("#EXT-X-MEDIA:"):
            told = _attributes(line)
            if told.get("TYPE") == "AUDIO" and told.get("URI"):
                group = told.get("GROUP-ID", "")
                if group not in sounds or told.get("DEFAULT") == "YES":
                    sounds[group] = _join(base, told["URI"])
    found = []
    for line, following in pairwise(lines):
        if line.startswith("#EXT-X-STREAM-INF:") and not following.startswith("#"):
            told = _attributes(line)
            found.append(
                Variant(
                    _join(base, following),
                    int(told["BANDWIDTH"]) if told.get("BANDWIDTH", "").isdigit() else 0,
                    _height(told.get("RESOLUTION", "")),
                    sounds.get(told.get("AUDIO", "")),
                )
            )
    return found


def choose(variants: Sequence[Variant], quality: int | None) -> Variant:
    """Return the variant of a quality, else the best below it, else the smallest; without one the best."""
    best = max(variants, key=lambda one: (one.height or 0, one.bandwidth))
    if quality is None:
        return best
    below = [one for one in variants if one.height is not None and one.height <= quality]
    if below:
        return max(below, key=lambda one: (one.height or 0, one.bandwidth))
    told = [one for one in variants if one.height is not None]
    return min(told, key=lambda one: (one.height or 0, -one.bandwidth)) if told else best


def segments_of(text: str, base: str) -> Playlist:  # noqa: C901  (one branch for each tag)
    """Return the segments of a playlist.

    Raises `Unplayable`: `live_stream` without an end, `encrypted` where it takes a licence,
    `bad_playlist`.
    """
    lines = _lines(text)
    if "#EXT-X-ENDLIST" not in lines:
        raise Unplayable("The playlist has no end: it is a live stream.", code="live_stream")
    segments: list[Segment] = []
    start: Segment | None = None
    seconds, span, ends = 0.0, None, dict[str, int]()
    key: tuple[str, bytes | None] | None = None
    sequence = 0
    for line in lines:
        if line.startswith("#EXT-X-MEDIA-SEQUENCE:"):
            sequence = _number(line)
        elif line.startswith("#EXTINF:"):
            seconds = _seconds(line)
        elif line.startswith("#EXT-X-BYTERANGE:"):
            span = line.partition(":")[2]
        elif line.startswith("#EXT-X-KEY:"):
            key = _key(_attributes(line), base)
        elif line.startswith("#EXT-X-MAP:"):
            made = _start(_attributes(line), base)
            if start is not None and made != start:
                raise Unplayable("The playlist changes its kind of film on the way.")
            start = made if key is None else replace(made, key=_key_at(key, sequence + len(segments)))
        elif not line.startswith("#"):
            url = _join(base, line)
            at = None if span is None else _span(span, ends.get(url, 0))
            if at is not None:
                ends[url] = at.stop
            used = None if key is None else _key_at(key, sequence + len(segments))
            segments.append(Segment(url, seconds, at, used))
            seconds, span = 0.0, None
    if not segments or len(segments) > MOST_SEGMENTS:
        raise Unplayable(f"The playlist has {len(segments)} segments.")
    return Playlist(tuple(segments), start)


def _lines(text: str) -> list[str]:
    lines = (line.strip() for line in text.lstrip("\ufeff").splitlines())
    return [line for line in lines if line and len(line) <= LONGEST_LINE]


def _attributes(line: str) -> Mapping[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(line.partition(":")[2])}


def _join(base: str, reference: str) -> str:
    try:
        found = URL(base, encoded=True).join(URL(reference, encoded=True))
    except ValueError:
        raise Unplayable("The playlist names something that is no URL.") from None
    if found.scheme not in {"http", "https"} or not found.raw_host:
        raise Unplayable("The playlist names something that is on no server.")
    return str(found)


def _height(resolution: str) -> int | None:
    _, _, height = resolution.lower().partition("x")
    return int(height) if height.isdigit() and len(height) < 6 else None  # noqa: PLR2004


def _number(line: str) -> int:
    text = line.partition(":")[2].strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0  # noqa: PLR2004  (63 bits)


def _seconds(line: str) -> float:
    try:
        found = float(line.partition(":")[2].partition(",")[0])
    except ValueError:
        raise Unplayable("The playlist has a segment without a duration.") from None
    if not 0 <= found < 24 * 3600:
        raise Unplayable("The playlist has a segment of an impossible duration.")
    return found


def _span(text: str, after: int) -> range:
    length, _, at = text.strip().strip('"').partition("@")
    numbers = [length, at or str(after)]
    if not all(one.isascii() and one.isdigit() and len(one) < 18 for one in numbers):  # noqa: PLR2004
        raise Unplayable("The playlist has a range that is none.")
    start = int(numbers[1])
    return range(start, start + int(length))


def _key(told: Mapping[str, str], base: str) -> tuple[str, bytes | None] | None:
    method = told.get("METHOD", "NONE")
    if method == "NONE":
        return None
    if method != "AES-128" or told.get("KEYFORMAT", "identity") != "identity" or not told.get("URI"):
        raise Unplayable("The film is locked with a licence.", code="encrypted")
    text = told.get("IV", "")
    if not text:
        return _join(base, told["URI"]), None
    try:
        iv = bytes.fromhex(text[2:].rjust(2 * _IV_BYTES, "0"))
    except ValueError:
        raise Unplayable("The playlist has a key that is none.") from None
    if len(iv) != _IV_BYTES:
        raise Unplayable("The playlist has a key that is none.")
    return _join(base, told["URI"]), iv


def _key_at(key: tuple[str, bytes | None], sequence: int) -> Key:
    url, iv = key
    return Key(url, iv if iv is not None else sequence.to_bytes(_IV_BYTES, "big"))


def _start(told: Mapping[str, str], base: str) -> Segment:
    if not told.get("URI"):
        raise Unplayable("The playlist has a beginning without an address.")
    span = _span(told["BYTERANGE"], 0) if told.get("BYTERANGE") else None
    return Segment(_join(base, told["URI"]), 0.0, span)
