"""Where the uploader is killed in its talk with a platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.targets.grounds import AnyGround

UPLOAD_HOSTS = ("dailymotion-upload", "dailymotion-upload2")


@dataclass(frozen=True)
class Point:
    """Where the uploader is when it is killed: a request that hangs before it is carried out, or after."""

    name: str
    host: str
    kind: str
    method: str = ""
    path: str = ""

    def fault(self, ground: AnyGround) -> None:
        """Have the next such request hang."""
        details: dict[str, Any] = {"path_prefix": self.path, "method": self.method, "times": 1}
        if self.kind in {"late", "stall_upload"}:
            details |= {"delay_s": 60, "at": 0.5}
        ground.world.fault(self.host, self.kind, **details)


def _both(name: str, host: str, method: str, path: str) -> tuple[Point, Point]:
    return (
        Point(f"before {name}", host, "hang", method, path),
        Point(f"after {name}", host, "late", method, path),
    )


SENDING = "/api/v1/videos/upload-resumable"
POINTS: Mapping[str, tuple[Point, ...]] = {
    "dailymotion-v2": (
        *_both("creation", "dailymotion", "POST", "/v2/profiles"),
        Point("in the middle of the bytes", UPLOAD_HOSTS[0], "stall_upload"),
        *_both("publication", "dailymotion", "PATCH", "/v2/videos"),
        Point("after the last byte", UPLOAD_HOSTS[0], "late", "POST", "/upload"),
        *_both("an upload address", "dailymotion", "POST", "/v2/files"),
        *_both("a token", "dailymotion-token", "POST", "/v2/token"),
    ),
    "peertube": (
        Point("after the last byte", "peertube", "late", "PUT", SENDING),
        Point("in the middle of the bytes", "peertube", "stall_upload"),
        Point("before the first byte", "peertube", "hang", "PUT", SENDING),
        *_both("publication", "peertube", "PUT", "/api/v1/videos/"),
        *_both("a session", "peertube", "POST", SENDING),
        *_both("a token", "peertube", "POST", "/api/v1/users/token"),
    ),
}
