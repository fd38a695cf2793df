"""A platform in memory: what it takes, what it shows late, and what it does wrong when it is told to."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from wellspring_common.clock import Clock
from wellspring_common.uploading import Visibility
from wellspring_uploader.domain.refusals import QuotaReached, SessionLost
from wellspring_uploader.ports.targets import Account, Card, Film, Made, Processing, Progress, Sent, Told
from wellspring_uploader.targets.finding import Finding

LONGEST_TITLE = 255
CHUNK = 4
"""So many parts a film is sent in."""


class Crash(BaseException):
    """The worker dies here, and whatever was done stays done."""


@dataclass
class Fault:
    """What goes wrong with the next call of a kind: before it is carried out, or after."""

    error: BaseException
    is_done: bool = False
    at: float = 0.5
    """How much of a film has arrived, where sending fails."""


@dataclass(frozen=True)
class Video:
    """A video on the platform."""

    video_id: str
    title: str
    tags: tuple[str, ...]
    duration_s: float
    created_at: datetime
    is_published: bool = False
    published_at: datetime | None = None
    visibility: Visibility = Visibility.PUBLIC

    @property
    def is_public(self) -> bool:
        """Return whether everybody can find it."""
        return self.is_published and self.visibility is Visibility.PUBLIC


@dataclass
class Session:
    """A place to send to."""

    total: int
    received: int = 0
    is_dead: bool = False
    video_id: str | None = None


@dataclass
class Platform:
    """One channel. `log` is every call that was carried out, in order."""

    clock: Clock
    channel: str = "channel"
    lag: timedelta = timedelta(0)
    """So long a new video is missing from lists."""
    videos_per_day: int | None = None
    encodes_for: timedelta = timedelta(0)
    videos: dict[str, Video] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    playlists: dict[str, list[str]] = field(default_factory=dict)
    verdicts: dict[str, Processing] = field(default_factory=dict)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    made: list[datetime] = field(default_factory=list)
    bytes_received: int = 0

    def will(self, call: str, *faults: Fault | BaseException) -> None:
        """Have the next calls of a kind go wrong."""
        given = [each if isinstance(each, Fault) else Fault(each) for each in faults]
        self.faults.setdefault(call, deque()).extend(given)

    def trouble(self, call: str) -> Fault | None:
        """Return what is to go wrong now."""
        waiting = self.faults.get(call)
        return waiting.popleft() if waiting else None

    def make(self, card: Card, duration_s: float) -> str:
        """Make an unpublished video, or refuse: the day is full."""
        now = self.clock.now()
        if self.videos_per_day is not None:
            recent = [at for at in self.made if at > now - timedelta(hours=24)]
            if len(recent) >= self.videos_per_day:
                raise QuotaReached("You have reached your daily upload limit.", raw='{"error": "limit"}')
        video_id = f"v{len(self.made) + 1}"
        self.made.append(now)
        self.videos[video_id] = Video(video_id, card.title, card.tags, duration_s, now)
        self.log.append(("make", card.title))
        return video_id

    @property
    def published(self) -> list[Video]:
        """Return what others see, in the order of publication."""
        out = [video for video in self.videos.values() if video.published_at is not None]
        return sorted(out, key=lambda video: (video.published_at, int(video.video_id[1:])))

    @property
    def drafts(self) -> list[Video]:
        """Return what nobody but the owner sees."""
        return [video for video in self.videos.values() if not video.is_published]


class FakeTarget:
    """The `Target` port in memory. A film's duration and session come back as they were given."""

    def __init__(
        self, platform: Platform, *, makes_by_sending: bool = False, has_playlists: bool = True
    ) -> None:
        self.platform = platform
        self.makes_by_sending = makes_by_sending
        self.has_playlists = has_playlists
        self.is_open = True

    async def test(self) -> Account:
        """Return who we are there."""
        fault = self._before("test")
        self._after(fault)
        return Account(
            name="somebody", channel=self.platform.channel, identity=f"memory:{self.platform.channel}"
        )

    async def begin(self, film: Film, card: Card) -> Mapping[str, Any]:
        """Return a new session."""
        fault = self._before("begin")
        name = f"s{len(self.platform.sessions) + 1}"
        self.platform.sessions[name] = Session(film.size_bytes)
        self._after(fault)
        return {"session": name, "title": card.title, "tags": list(card.tags)}

    async def send(self, session: Mapping[str, Any], film: Film, told: Told) -> Sent:
        """Send the film from where the session stands; a target that makes by creating starts anew."""
        platform, held = self.platform, self.platform.sessions[session["session"]]
        fault = platform.trouble("send")
        if fault is not None and not fault.is_done and fault.at == 0:
            raise fault.error
        if held.is_dead:
            raise SessionLost("This place takes no more.")
        if held.video_id is not None:
            return Sent({"session": session["session"]}, held.video_id)
        if not self.makes_by_sending:
            held.received = 0
        while held.received < held.total:
            step = max(held.total // CHUNK, 1)
            if fault is not None and not fault.is_done and held.received >= held.total * fault.at:
                held.is_dead = not self.makes_by_sending
                raise fault.error
            more = min(step, held.total - held.received)
            held.received += more
            platform.bytes_received += more
            await told(held.received)
        if self.makes_by_sending:
            card = replace(_CARD, title=session["title"], tags=tuple(session["tags"]))
            held.video_id = platform.make(card, film.duration_s)
        self._after(fault)
        return Sent({"session": session["session"], "duration": film.duration_s}, held.video_id)

    async def create(self, sent: Sent, card: Card) -> str:
        """Make the video, unpublished: the same reference twice makes two."""
        assert not self.makes_by_sending
        fault = self._before("create")
        assert self.platform.sessions[sent.reference["session"]].received > 0, "created before its body"
        video_id = self.platform.make(card, float(sent.reference["duration"]))
        self._after(fault)
        return video_id

    async def find(
        self, card: Card, film: Film, *, since: datetime, until: datetime | None = None
    ) -> Sequence[Made]:
        """Return our own videos that are this film."""
        fault = self._before("find")
        now = self.platform.clock.now()
        found = [
            Made(
                video.video_id,
                video.title,
                video.tags,
                video.duration_s,
                video.created_at,
                video.is_public,
                f"https://platform.example/{video.video_id}",
            )
            for video in self.platform.videos.values()
            if video.created_at <= now - self.platform.lag
        ]
        finding = Finding(card, film, longest_title=LONGEST_TITLE, since=since, until=until)
        for made in found:
            finding.take(made)
        self._after(fault)
        return finding.found

    async def publish(self, video_id: str, card: Card) -> None:
        """Publish a video. May be repeated."""
        fault = self._before("publish")
        video = self.platform.videos[video_id]
        if not video.is_published:
            now = self.platform.clock.now()
            self.platform.videos[video_id] = replace(
                video, is_published=True, published_at=now, visibility=card.visibility
            )
            self.platform.log.append(("publish", video.title))
        self._after(fault)

    async def look(self, video_id: str) -> Progress:
        """Return what became of a video."""
        fault = self._before("look")
        video = self.platform.videos.get(video_id)
        if video is None:
            seen = Progress(Processing.GONE, is_published=False)
        else:
            is_ready = self.platform.clock.now() >= video.created_at + self.platform.encodes_for
            state = Processing.READY if is_ready else Processing.WORKING
            state = self.platform.verdicts.get(video_id, state)
            url = f"https://platform.example/{video_id}"
            seen = Progress(state, video.is_public, url=url, detail=state.value)
        self._after(fault)
        return seen

    async def discard(self, video_id: str) -> None:
        """Delete a draft."""
        fault = self._before("discard")
        video = self.platform.videos.get(video_id)
        assert video is None or not video.is_published, "what is published is never taken away"
        self.platform.videos.pop(video_id, None)
        self.platform.log.append(("discard", video_id))
        self._after(fault)

    async def playlist(self, name: str) -> str:
        """Return the id of our playlist of that name."""
        fault = self._before("playlist")
        self.platform.playlists.setdefault(name, [])
        self._after(fault)
        return name

    async def enlist(self, playlist_id: str, video_id: str) -> None:
        """Put a video at the end of a playlist, once."""
        fault = self._before("enlist")
        held = self.platform.playlists[playlist_id]
        if video_id not in held:
            held.append(video_id)
        self._after(fault)

    async def close(self) -> None:
        """Let go of nothing."""
        self.is_open = False

    def _before(self, call: str) -> Fault | None:
        assert self.is_open, "a closed target was asked"
        fault = self.platform.trouble(call)
        if fault is not None and not fault.is_done:
            raise fault.error
        return fault

    def _after(self, fault: Fault | None) -> None:
        if fault is not None and fault.is_done:
            raise fault.error


_CARD = Card(
    title="",
    description="",
    tags=(),
    category="tv",
    language=None,
    is_for_kids=False,
    visibility=Visibility.PUBLIC,
    marker="",
)
