"""How far the processing of a video is, at any time of the world's clock.

The words are those of the field `status` of https://developers.dailymotion.com/v0/reference/video-fields.
"""

from dataclasses import dataclass

STATUSES = ("waiting", "processing", "ready", "published", "rejected", "deleted", "encoding_error")
VERDICTS = frozenset({"rejected", "encoding_error"})
IDLE = -1
"""What both progress fields say while nothing is processed."""
DONE = 100


@dataclass(frozen=True)
class Pace:
    """How long a video waits, is encoded and is being published, in seconds of world time."""

    waiting_s: float = 1.0
    encoding_s: float = 4.0
    publishing_s: float = 1.0

    @property
    def whole_s(self) -> float:
        """From the creation until a video can be watched."""
        return self.waiting_s + self.encoding_s + self.publishing_s


@dataclass(frozen=True)
class Stage:
    """A video's status with its two progress numbers, 0 to 100 or IDLE."""

    status: str
    encoding: int = IDLE
    publishing: int = IDLE

    @property
    def watchable(self) -> bool:
        """Whether the film is there to be watched."""
        return self.status in {"ready", "published"}


def stage_at(elapsed_s: float | None, pace: Pace, *, published: bool, verdict: str | None) -> Stage:
    """Where a video is so long after its film was there; None is before that.

    A rejected one is rejected after its encoding, a failing one fails in the middle of it.
    """
    if elapsed_s is None or elapsed_s < pace.waiting_s:
        return Stage("waiting")
    encoding = _percent(elapsed_s - pace.waiting_s, pace.encoding_s)
    if verdict == "encoding_error" and encoding >= DONE // 2:
        return Stage("encoding_error")
    if encoding < DONE:
        return Stage("processing", encoding, 0)
    if verdict == "rejected":
        return Stage("rejected")
    publishing = _percent(elapsed_s - pace.waiting_s - pace.encoding_s, pace.publishing_s)
    if publishing < DONE:
        return Stage("processing", DONE, publishing)
    return Stage("published" if published else "ready")


def _percent(passed_s: float, whole_s: float) -> int:
    return DONE if passed_s >= whole_s else int(DONE * passed_s / whole_s)
