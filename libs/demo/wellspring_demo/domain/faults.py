"""Faults that a test can switch on, and which of them meets a request."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from .catalogue import SERVERS

LIBRARIES = ("archive", "archive-node", "peertube", "commons", "commons-upload")
ANIME = ("anime", "anime2", "player", "shim", "drive")
DAILYMOTION = (
    "dailymotion",
    "dailymotion-token",
    "dailymotion-partner",
    "dailymotion-upload",
    "dailymotion-upload2",
    "dailymotion-www",
)
PLATFORMS = (*DAILYMOTION, "peertube")
"""Hosts that films are uploaded to, and those around them."""
TARGETS = ("site", "generator", "pixel", "fsl", "10gbps", *ANIME, *LIBRARIES, *DAILYMOTION)
TAKING = ("dailymotion-upload", "dailymotion-upload2", "peertube")
"""Hosts that take files in."""
SHAPING = frozenset(
    {
        "drift",
        "no_servers",
        "only_servers",
        "range_ignored",
        "error_video",
        "paced",
        "cut_upload",
        "stall_upload",
    }
)
"""Faults that change what a host answers, or how it takes a file in."""
BELATED = frozenset({"late", "lost", "proxied"})
"""Faults that come once a host has done what it was asked."""
ANSWERING = frozenset(
    {
        "status",
        "challenge",
        "garbage",
        "endless",
        "drip",
        "html_as_video",
        "tiny",
        "head_rejected",
        "redirect_to",
        "gzip_bomb",
        "reset",
        "hang",
        "empty",
        "broken_json",
    }
)
"""Faults that answer in a host's place."""
OF_PLATFORMS = BELATED | {"cut_upload", "stall_upload", "empty", "broken_json"}
"""Faults that were made for upload platforms."""
KINDS = SHAPING | BELATED | ANSWERING | {"slow", "kill_links"}
FILE_HOSTS = (*SERVERS, "drive")
_UPLOADS_ONLY = frozenset({"cut_upload", "stall_upload"})
_BYTES_COME = ("/upload?", "/api/v1/videos/upload-resumable?")
"""Where hosts take files in: a fault of uploads is used up by nothing else."""
_NO_PAGES = frozenset({*FILE_HOSTS, "player", "shim"})
_FILES_ONLY = frozenset({"range_ignored", "error_video", "paced"})
ENDING = frozenset({"reset", "hang"})
"""Faults that also end what a host is sending already."""
_PAGES_ONLY = frozenset({"drift", "no_servers", "only_servers"})


@dataclass
class Fault:
    """One fault on one host; `times` counts down with each request that meets it, None is for ever."""

    target: str
    kind: str
    path_prefix: str = ""
    times: int | None = None
    status: int = 500
    retry_after: str | None = None
    """The `Retry-After` header as it is sent: seconds or an HTTP date."""
    delay_s: float = 0.05
    interval_s: float = 1.0
    url: str = ""
    servers: tuple[str, ...] = ()
    pace: float = 1.5
    """Seconds of film that a paced host sends in a second."""
    mib: int = 256
    """What a gzip bomb unpacks to, in MiB."""
    at: float = 0.5
    """Where an upload is cut or stalled, as a fraction of its bytes; 1 is before the answer."""
    method: str = ""
    """The only method that meets it, where it is named."""
    id: int = 0
    off: bool = False
    """Whether it was switched off since: what it holds up then goes on."""

    def meets(self, method: str, path: str) -> bool:
        """Whether a request for this path and query runs into this fault."""
        if self.times == 0 or not path.startswith(self.path_prefix) or self.method not in {"", method}:
            return False
        if self.kind in _UPLOADS_ONLY:
            return method in {"POST", "PUT"} and path.startswith(_BYTES_COME)
        return method == "HEAD" or self.kind != "head_rejected"


def fault_from(data: dict[str, Any]) -> Fault:
    """Read a fault from a request body; raises ValueError with what is wrong."""
    if unknown := set(data) - {field.name for field in fields(Fault)} | ({"id", "off"} & set(data)):
        raise ValueError(f"unknown fields: {sorted(unknown)}")
    target, kind = data.get("target"), data.get("kind")
    if target not in TARGETS:
        raise ValueError(f"target must be one of {TARGETS}")
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {sorted(KINDS)}")
    if kind in _PAGES_ONLY and target in _NO_PAGES:
        raise ValueError(f"{kind} is for pages, and {target} has none that it could change")
    if kind == "kill_links" and target not in SERVERS:
        raise ValueError(f"kill_links needs a server: {SERVERS}")
    if kind in _FILES_ONLY and target not in FILE_HOSTS:
        raise ValueError(f"{kind} is for files: {FILE_HOSTS}")
    _check_upload(str(target), str(kind), data.get("at", 0))
    if kind == "redirect_to" and not data.get("url"):
        raise ValueError("redirect_to needs a url")
    values = dict(data)
    values["servers"] = tuple(values.get("servers", ()))
    if values.get("retry_after") is not None:
        values["retry_after"] = str(values["retry_after"])
    return Fault(**values)


def _check_upload(target: str, kind: str, at: float) -> None:
    if kind in _UPLOADS_ONLY and target not in TAKING:
        raise ValueError(f"{kind} is for hosts that take files: {TAKING}")
    if not 0 <= at <= 1:
        raise ValueError("at must be a fraction, 0 to 1")


@dataclass(frozen=True)
class Encounter:
    """What one request runs into: a wait, changes of the page, and at most one answer."""

    delay_s: float
    shaping: tuple[Fault, ...]
    answering: Fault | None
    belated: Fault | None = None
    """What comes once the host has done what it was asked."""


class FaultBook:
    """The faults that are on."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on; it gets an id."""
        self._last_id += 1
        fault.id = self._last_id
        self._faults.append(fault)
        return fault

    def remove(self, fault_id: int) -> bool:
        """Switch one fault off; False when it is not on."""
        before = len(self._faults)
        for fault in self._faults:
            fault.off = fault.id == fault_id
        self._faults = [fault for fault in self._faults if not fault.off]
        return len(self._faults) < before

    def clear(self) -> None:
        """Switch all faults off."""
        for fault in self._faults:
            fault.off = True
        self._faults.clear()

    def ending(self, target: str, path: str) -> Fault | None:
        """Find what ends an answer that is under way; it is not counted."""
        return next(
            (
                one
                for one in self._faults
                if one.target == target and one.kind in ENDING and one.meets("GET", path)
            ),
            None,
        )

    def meet(self, target: str, method: str, path: str) -> Encounter:
        """Find what this request runs into, and count it: of several answers only the first is used up."""
        delay, shaping, answering, belated = 0.0, [], None, None
        for fault in self._faults:
            if fault.target != target or not fault.meets(method, path):
                continue
            if fault.kind == "slow":
                delay += fault.delay_s
            elif fault.kind in SHAPING:
                shaping.append(fault)
            elif fault.kind in BELATED and belated is None:
                belated = fault
            elif fault.kind in ANSWERING and answering is None:
                answering = fault
            else:
                continue
            if fault.times is not None:
                fault.times -= 1
        self._faults = [fault for fault in self._faults if fault.times != 0]
        return Encounter(delay, tuple(shaping), answering, belated)
