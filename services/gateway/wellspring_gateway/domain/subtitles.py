"""Subtitle files of any kind as WebVTT: their text, their cues, and nothing in them that could do harm."""

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from wellspring_common.errors import Permanent

LARGEST_FILE = 1024 * 1024
LARGEST_VTT = 2 * 1024 * 1024
MOST_CUES = 20_000
Encoding = Literal["utf-8", "utf-16", "cp949", "latin-1"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "cp949", "latin-1")

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(.*)", re.ASCII)
_NUMBER = re.compile(r"\s*\d+\s*", re.ASCII)
_SETTING = re.compile(r"(?:line|position|size|align|vertical):[\w.,%-]+", re.ASCII)
# SubRip's own marks, as in "{\an8}", and tags that WebVTT does not know or that say nothing by themselves
_MARK = re.compile(r"\{\\[^{}]*\}")
_TAG = re.compile(r"<(?!/?(?:b|i|u|ruby|rt)>)(?:/?[A-Za-z]|\d)[^<>]*>", re.IGNORECASE)
_LOOSE = re.compile(r"<(?!/?(?:b|i|u|ruby|rt)>)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_BEYOND = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True)
class Cue:
    """Words and when they are seen, in milliseconds."""

    start: int
    end: int
    text: str
    settings: str


def text_of(body: bytes, encoding: Encoding | None = None) -> str:
    """Return the text of a file: as declared, by its mark, or as what it must be. Never fails."""
    if encoding == "utf-16":
        return _utf16(body)
    if encoding is not None:
        return body.decode({"utf-8": "utf-8-sig", "latin-1": "cp1252"}.get(encoding, encoding), "replace")
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _alternates(body):
        return _utf16(body)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    korean = _strictly(body, "cp949")
    # Western text read as Korean gives a few rare signs, Korean text is mostly Hangul
    if korean is not None and 2 * len(_HANGUL.findall(korean)) > len(_BEYOND.findall(korean)):
        return korean
    return body.decode("cp1252", "replace")


def _utf16(body: bytes) -> str:
    if body.startswith(codecs.BOM_UTF16_BE):
        return body[2:].decode("utf-16-be", "replace")
    if body.startswith(codecs.BOM_UTF16_LE):
        return body[2:].decode("utf-16-le", "replace")
    return body.decode("utf-16-be" if body[:1] == b"\x00" else "utf-16-le", "replace")


def _alternates(body: bytes) -> bool:
    """Return whether it is UTF-16 without a mark: every other byte of its beginning is zero."""
    head = body[:64]
    zeros = (head[::2].count(0), head[1::2].count(0))
    return len(head) > 3 and max(zeros) * 3 >= len(head) and min(zeros) == 0  # noqa: PLR2004


def _strictly(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def cues_of(text: str) -> list[Cue]:
    """Return the cues of a WebVTT or SubRip file in order of time."""
    lines = _CONTROL.sub("", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cues: list[Cue] = []
    at = 0
    while at < len(lines) and len(cues) < MOST_CUES:
        times = _TIMES.match(lines[at])
        at += 1
        if times is None:
            continue
        said: list[str] = []
        # some files leave no empty line between two cues: the next times end this one
        while at < len(lines) and lines[at].strip() and _TIMES.match(lines[at]) is None:
            said.append(lines[at])
            at += 1
        if at < len(lines) and lines[at].strip() and said and _NUMBER.fullmatch(said[-1]):
            said.pop()
        parts = times.groups()
        cue = Cue(_ms(parts[:4]), _ms(parts[4:8]), _plain("\n".join(said)), _settings(parts[8] or ""))
        if cue.end > cue.start and cue.text:
            cues.append(cue)
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


def to_vtt(text: str) -> str:
    """Return a subtitle file as WebVTT.

    Raises `Permanent`: `not_subtitles` where there are none in it, `too_large` where they are more than is
    kept.
    """
    cues = cues_of(text)
    if not cues:
        raise Permanent(
            "No subtitles are in it: SubRip (.srt) and WebVTT (.vtt) are read.", code="not_subtitles"
        )
    blocks = [
        f"{_stamp(cue.start)} --> {_stamp(cue.end)} {cue.settings}".rstrip() + f"\n{cue.text}" for cue in cues
    ]
    made = "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"
    if len(made.encode()) > LARGEST_VTT:
        raise Permanent("These subtitles are longer than any film's.", code="too_large")
    return made


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def _stamp(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{rest:03}"


def _plain(text: str) -> str:
    """Return words as WebVTT takes them: no other tags, no arrow that looks like times, no empty line."""
    bare = _LOOSE.sub("&lt;", _TAG.sub("", _MARK.sub("", text))).replace("-->", "→")
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())


def _settings(text: str) -> str:
    return " ".join(part for part in text.split() if _SETTING.fullmatch(part))
