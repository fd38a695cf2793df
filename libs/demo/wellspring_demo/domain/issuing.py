"""Which tokens and links are out, and whether one that comes back is still good."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from .catalogue import Clip
from .links import Forged, LinkWriter
from .settings import IP_BOUND, KILLS_OLD, WorldSettings

DEAD_PIXEL = "dEadB33f"
"""The id on every decoy button."""


class Standing(StrEnum):
    """How a link that comes back stands."""

    GOOD = "good"
    EXPIRED = "expired"
    FORGED = "forged"
    REPLACED = "replaced"
    """A newer link to the same file has been issued since, on a host where that kills the older ones."""


@dataclass(frozen=True)
class Verdict:
    """The standing of a link, and the clip that it names."""

    standing: Standing
    key: str = ""
    bound_to: str | None = None
    """The only address for which the link works, nothing where it works for all."""


FORGED = Verdict(Standing.FORGED)


class Issuer:
    """Issues tokens and links by the world clock, and judges those that come back."""

    def __init__(
        self,
        writer: LinkWriter,
        settings: WorldSettings,
        now: Callable[[], float],
        remember: Callable[[Any], None],
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._now = now
        self._remember = remember
        self._redeemed: set[tuple[int, int]] = set()
        self._nonce = 0
        self._killed_through: dict[str, int] = {}
        self._pixels: dict[str, tuple[str, int, float]] = {}
        self._newest: dict[tuple[str, str], int] = {}
        self._asked_by: dict[tuple[str, str, int], str] = {}
        self.issued = dict.fromkeys(settings.lifetimes, 0)

    def recall(self, entry: Mapping[str, Any]) -> None:
        """Take back what an earlier run of this world remembered."""
        if "killed" in entry:
            self._killed_through[entry["killed"]] = entry["through"]
        elif "pixel" in entry and entry["expires"] > self._now():
            self._pixels[entry["pixel"]] = (entry["key"], entry["issued"], entry["expires"])

    def token(self, source_id: str) -> str:
        """A fresh token for the generated page of a source."""
        return self._writer.token(source_id, self._issue("token"), self._next_nonce())

    def redeem(self, token: str, source_id: str) -> bool:
        """Whether this token opens the page: once, and only while it is young."""
        try:
            issued, nonce = self._writer.read_token(token, source_id)
        except Forged:
            return False
        if (issued, nonce) in self._redeemed or not self._young(issued, self._settings.lifetimes["token"]):
            return False
        self._redeemed.add((issued, nonce))
        return True

    def fsl_path(self, clip: Clip, ip: str = "") -> str:
        """The href of an FSL button, still without the minute that a script appends; `ip` asks for it."""
        issued = self._issue_link("fsl", clip, ip)
        return self._writer.fsl(clip.key, issued, int(issued + self._settings.lifetimes["fsl"]))

    def judge_fsl(self, code: str, expires: str, token: str) -> Verdict:
        """Judge an FSL link as it was requested."""
        try:
            reading = self._writer.read_fsl(code, expires, token)
        except Forged:
            return FORGED
        return self._verdict("fsl", reading.key, reading.issued, reading.expires)

    def fast_id(self, clip: Clip) -> str:
        """The id of a 10Gbps button."""
        return self._writer.fast_id(clip.key, self._issue("10gbps"))

    def judge_fast_id(self, fast_id: str) -> Verdict:
        """Judge the id of a 10Gbps button, which lives as long as the links that it leads to."""
        try:
            key, issued = self._writer.read_fast_id(fast_id)
        except Forged:
            return FORGED
        return self._alive("10gbps", key, issued, issued + self._settings.lifetimes["10gbps"])

    def fast_path(self, clip: Clip, ip: str = "") -> str:
        """The real link of the 10gbps server, issued when somebody gets through to it."""
        issued = self._issue_link("10gbps", clip, ip)
        expires = int(issued + self._settings.lifetimes["10gbps"])
        return self._writer.fast_file(clip.key, clip.source.file_name, issued, expires)

    def judge_fast_file(self, key: str, expires: str, signature: str) -> Verdict:
        """Judge a real link of the 10gbps server."""
        try:
            reading = self._writer.read_fast_file(key, expires, signature)
        except Forged:
            return FORGED
        return self._verdict("10gbps", key, reading.issued, reading.expires)

    def pixel_id(self, clip: Clip, ip: str = "") -> str:
        """A fresh pixel id, whose expiry no reader can see."""
        issued = self._issue_link("pixel", clip, ip)
        expires = issued + self._settings.lifetimes["pixel"]
        made = self._writer.pixel_id(clip.key, issued, self._next_nonce())
        self._pixels[made] = (clip.key, issued, expires)
        self._remember({"pixel": made, "key": clip.key, "issued": issued, "expires": expires})
        return made

    def judge_pixel(self, pixel_id: str) -> Verdict:
        """Judge a pixel id."""
        if pixel_id not in self._pixels:
            return FORGED
        return self._verdict("pixel", *self._pixels[pixel_id])

    def count(self, kind: str) -> None:
        """Count a link that somebody else signed."""
        self.issued[kind] += 1

    def kill(self, server: str) -> None:
        """Make every link that this server has out die now."""
        self._killed_through[server] = self._issue_time(server)
        self._remember({"killed": server, "through": self._killed_through[server]})

    def _verdict(self, server: str, key: str, issued: int, expires: float) -> Verdict:
        if self._settings.has(server, KILLS_OLD) and issued < self._newest.get((server, key), 0):
            return Verdict(Standing.REPLACED, key)
        found = self._alive(server, key, issued, expires)
        bound = self._settings.has(server, IP_BOUND)
        return replace(found, bound_to=self._asked_by.get((server, key, issued)) if bound else None)

    def _alive(self, server: str, key: str, issued: int, expires: float) -> Verdict:
        alive = issued > self._killed_through.get(server, 0) and self._now() < expires
        return Verdict(Standing.GOOD if alive else Standing.EXPIRED, key)

    def _young(self, issued: int, lifetime: float) -> bool:
        return self._now() < issued + lifetime

    def _issue(self, kind: str) -> int:
        self.issued[kind] += 1
        return self._issue_time(kind)

    def _issue_link(self, server: str, clip: Clip, ip: str) -> int:
        issued = self._issue(server)
        if self._settings.has(server, KILLS_OLD):
            # Two links of one second would be one and the same.
            issued = self._newest[server, clip.key] = max(issued, self._newest.get((server, clip.key), 0) + 1)
        if self._settings.has(server, IP_BOUND):
            self._asked_by[server, clip.key, issued] = ip
        return issued

    def _issue_time(self, kind: str) -> int:
        # A link made in the second of a kill must outlive it, and time in a URL has whole seconds.
        return max(int(self._now()), self._killed_through.get(kind, 0) + 1)

    def _next_nonce(self) -> int:
        self._nonce += 1
        return self._nonce
