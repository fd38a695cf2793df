"""How a file of moving pictures is packed: a word of its own, for whoever needs no event."""

from enum import StrEnum


class Container(StrEnum):
    """How the file behind a link is packed."""

    MP4 = "mp4"
    MKV = "mkv"
    WEBM = "webm"
    HLS = "hls"
    DASH = "dash"
    OTHER = "other"
