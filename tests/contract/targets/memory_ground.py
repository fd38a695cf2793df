"""The platform in memory as a ground: what stands in for platforms is held to what they do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.contract.targets.grounds import Seen
from tests.support.platform import FakeTarget, Fault, Platform
from wellspring_common.clock import SystemClock
from wellspring_common.errors import Transient
from wellspring_uploader.domain.refusals import CredentialsRefused, OutcomeUnknown, SessionLost
from wellspring_uploader.ports.targets import Processing, Target


@dataclass
class MovableClock:
    """The machine's clock, so much later."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


@dataclass
class MemoryGround:
    """One channel in memory."""

    makes_by_sending: bool
    clock: MovableClock = field(default_factory=MovableClock)
    asks_first: bool = False

    def __post_init__(self) -> None:
        self.platform = Platform(self.clock, encodes_for=timedelta(seconds=30))
        self.target: Target = FakeTarget(self.platform, makes_by_sending=self.makes_by_sending)

    async def close(self) -> None:
        """Nothing is open."""

    def stranger(self, secret: str) -> Target:
        self.platform.will("test", CredentialsRefused("These credentials are not known."))
        return FakeTarget(self.platform)

    def videos(self) -> list[Seen]:
        return [
            Seen(one.video_id, one.title, one.tags, one.is_public) for one in self.platform.videos.values()
        ]

    def cut_sending(self, at: float) -> None:
        error = Transient("broken off") if self.makes_by_sending else SessionLost("broken off")
        self.platform.will("send", Fault(error, at=at))

    def cut_last_piece(self, *, made: bool) -> None:
        self.platform.will("send", Fault(OutcomeUnknown("broken off"), is_done=made))

    def spoil_creation(self, *, made: bool) -> None:
        self.platform.will("create", Fault(OutcomeUnknown("no answer"), is_done=made))

    def end_tokens(self) -> None:
        """It knows no tokens."""

    def refuse_tokens(self) -> None:
        self.platform.will("test", CredentialsRefused("Refused twice."))

    def fill_quota(self) -> None:
        self.platform.videos_per_day = 0

    def lag(self, seconds: float) -> None:
        self.platform.lag = timedelta(seconds=seconds)

    def later(self, seconds: float) -> None:
        self.clock.ahead += timedelta(seconds=seconds)

    def spoil_film(self, video_id: str) -> None:
        self.platform.verdicts[video_id] = Processing.REJECTED

    def received(self) -> int:
        return self.platform.bytes_received

    def token_places(self) -> set[str]:
        return set()

    def playlists(self) -> Mapping[str, list[str]]:
        return self.platform.playlists
