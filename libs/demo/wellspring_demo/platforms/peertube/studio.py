"""What the PeerTube does for its uploader: sessions opened, videos made and changed, quotas counted."""

import secrets
import uuid
from pathlib import Path
from typing import Any

from ...domain.clock import WorldClock
from ...domain.platforms.boxes import FilmFacts
from ...domain.platforms.tokens import TokenWriter
from ..contract import PEERTUBE_PRIVACIES
from ..keeping import Shelf
from .problems import Problem, invalid
from .records import OwnPlaylist, OwnVideo, Session
from .settings import CHANNELS, PeerTubeSettings

DAY_S = 86_400.0
FIRST_NUMBER = 1_001
"""Numbers of uploaded videos and playlists begin here, past those of the library."""
PUBLIC, UNLISTED, PRIVATE = 1, 2, 3
PUBLISHED, TO_TRANSCODE, TRANSCODING_FAILED = 1, 2, 7
NAME_LEAST, NAME_MOST, DESCRIPTION_MOST = 3, 120, 10_000
TAGS_MOST, TAG_LEAST, TAG_MOST = 5, 2, 30
_DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class TubeStudio:
    """The uploading side of the PeerTube."""

    def __init__(self, folder: Path, secret: bytes, clock: WorldClock) -> None:
        self.clock = clock
        self.films = folder / "films"
        self.films.mkdir(parents=True, exist_ok=True)
        self.shelf = Shelf(folder, {"session": Session, "video": OwnVideo, "playlist": _playlist})
        self.settings = PeerTubeSettings()
        self.settings.update(self.shelf.facts.get("settings", {}))
        self.tokens = TokenWriter(secret + b"peertube")
        self.busy: set[str] = set()
        """Sessions that are being sent to at this moment."""
        self.finishing: set[str] = set()
        """Sessions whose last byte has come, and whose video is not made yet."""

    @property
    def epoch(self) -> int:
        """How often all tokens were revoked."""
        return int(self.shelf.facts.get("epoch", 0))

    def path(self, session_id: str) -> Path:
        """Where the film of a session is."""
        return self.films / f"{session_id}.mp4"

    def received(self, session: Session) -> int:
        """Bytes that have come so far."""
        path = self.path(session.id)
        return path.stat().st_size if path.exists() else 0

    def open(self, wish: dict[str, Any], size: int) -> Session:
        """The session of this film: the one that was begun, or a new one."""
        same: Session | None = next(
            (
                one
                for one in self.shelf.all("session")
                if not one.ended and one.size == size and one.wish == wish and not self.expired(one)
            ),
            None,
        )
        if same is not None:
            return same
        now = self.clock.now()
        session = Session(secrets.token_hex(16), wish, size, now, now)
        self.shelf.keep("session", session.id, session)
        return session

    def session(self, key: str) -> Session:
        """The session of this id; raises Problem."""
        session: Session | None = self.shelf.find("session", key)
        if session is None or (session.ended and session.answer is None):
            raise Problem(404, "Upload not found")
        if not session.ended and self.expired(session):
            self.end(session)
            raise Problem(410, "Upload is gone")
        return session

    def expired(self, session: Session) -> bool:
        """Whether nothing was seen of a session for too long."""
        return self.clock.now() > session.active_at + self.settings.session_life_s

    def touch(self, session: Session) -> None:
        """Note a sign of life."""
        session.active_at = self.clock.now()

    def end(self, session: Session, answer: dict[str, Any] | None = None) -> None:
        """Close a session; with an answer its film stays, for its video."""
        session.ended, session.answer = True, answer
        if answer is None:
            self.path(session.id).unlink(missing_ok=True)
        self.shelf.keep("session", session.id, session)

    def forget_answer(self, session: Session) -> None:
        """Tell a finished session's answer no more."""
        session.answer = None
        self.shelf.keep("session", session.id, session)

    def fits(self, size: int) -> None:
        """Look whether a film of this size may come; raises Problem."""
        if size > self.settings.max_file_bytes:
            raise Problem(413, "The file is too large for this instance", "max_file_size_reached")
        used, used_today = self.used(), self.used(DAY_S)
        if used + size > self.settings.quota_bytes or used_today + size > self.settings.daily_quota_bytes:
            raise Problem(413, "The user video quota is exceeded with this video", "quota_reached")

    def used(self, within_s: float | None = None) -> int:
        """Bytes of the videos that are there, all or those of the last seconds."""
        since = None if within_s is None else self.clock.now() - within_s
        return sum(one.size for one in self.videos() if since is None or one.made_at > since)

    def make(self, session: Session, facts: FilmFacts) -> OwnVideo:
        """Make the video of a whole session."""
        wish = session.wish
        video = OwnVideo(
            id=FIRST_NUMBER + len(self.shelf.all("video")),
            uuid=str(uuid.uuid4()),
            short=_short(),
            name=wish["name"],
            channel_id=wish["channelId"],
            privacy=PUBLIC,
            made_at=self.clock.now(),
            film=session.id,
            size=session.size,
            seconds=facts.milliseconds / 1_000,
            width=facts.width,
            height=facts.height,
            waits=bool(wish.get("waitTranscoding")),
        )
        self.apply(video, wish)
        return video

    def apply(self, video: OwnVideo, wish: dict[str, Any]) -> None:
        """Give a video what was sent of it."""
        for name in ("name", "privacy", "description", "tags", "category", "licence", "language", "nsfw"):
            if name in wish:
                setattr(video, name, wish[name])
        video.channel_id = wish.get("channelId", video.channel_id)
        if video.privacy == PUBLIC and video.published_at is None:
            video.published_at = self.clock.now()
        self.keep(video)

    def keep(self, video: OwnVideo) -> None:
        """Write a video down."""
        self.shelf.keep("video", str(video.id), video)

    def videos(self) -> list[OwnVideo]:
        """The videos that are there, newest first."""
        every: list[OwnVideo] = self.shelf.all("video")
        return [one for one in reversed(every) if not one.deleted]

    def video(self, key: str) -> OwnVideo | None:
        """The video of this number, UUID or short UUID."""
        return next((one for one in self.videos() if key in {str(one.id), one.uuid, one.short}), None)

    def state(self, video: OwnVideo) -> int:
        """How far a video is, in the platform's numbers."""
        done = self.clock.now() >= video.made_at + self.settings.transcoding_s
        if done and video.verdict == "transcoding_failed":
            return TRANSCODING_FAILED
        return PUBLISHED if done or not video.waits else TO_TRANSCODE

    def visible(self, video: OwnVideo) -> bool:
        """Whether whoever has its address can watch a video."""
        return video.privacy in {PUBLIC, UNLISTED} and self.state(video) == PUBLISHED

    def reset(self) -> None:
        """Forget every session, video, playlist and setting; tokens stay good."""
        self.settings = PeerTubeSettings()
        self.shelf.facts.pop("settings", None)
        self.shelf.clear()
        for film in self.films.iterdir():
            film.unlink()

    def public(self, video: OwnVideo) -> bool:
        """Whether everybody finds a video."""
        return not video.deleted and video.privacy == PUBLIC and self.visible(video)

    def playlists(self) -> list[OwnPlaylist]:
        """The playlists that are there, oldest first."""
        every: list[OwnPlaylist] = self.shelf.all("playlist")
        return [one for one in every if not one.deleted]

    def playlist(self, key: str) -> OwnPlaylist | None:
        """The playlist of this number, UUID or short UUID."""
        return next((one for one in self.playlists() if key in {str(one.id), one.uuid, one.short}), None)

    def make_playlist(
        self, name: str, privacy: int, channel_id: int | None, description: str | None
    ) -> OwnPlaylist:
        """A new playlist. Two may have one name."""
        number = FIRST_NUMBER + len(self.shelf.all("playlist"))
        made = OwnPlaylist(number, str(uuid.uuid4()), _short(), name, privacy, self.clock.now(), channel_id)
        made.description = description
        self.shelf.keep("playlist", str(number), made)
        return made


def checked(wish: dict[str, Any]) -> dict[str, Any]:
    """What was sent of a video, once it makes sense; raises Problem."""
    if "name" in wish and not NAME_LEAST <= len(str(wish["name"])) <= NAME_MOST:
        raise invalid("name")
    if len(str(wish.get("description") or "")) > DESCRIPTION_MOST:
        raise invalid("description")
    tags = wish.get("tags") or []
    if not isinstance(tags, list) or len(tags) > TAGS_MOST:
        raise invalid("tags")
    if not all(isinstance(tag, str) and TAG_LEAST <= len(tag) <= TAG_MOST for tag in tags):
        raise invalid("tags")
    told = {**wish, "tags": tags} if "tags" in wish else dict(wish)
    for name, known in (("privacy", PEERTUBE_PRIVACIES), ("channelId", CHANNELS)):
        if name in told:
            told[name] = _number(name, told[name])
            if told[name] not in known:
                raise invalid(name)
    return told


def _number(name: str, found: Any) -> int:
    try:
        return int(found)
    except (TypeError, ValueError) as error:
        raise invalid(name) from error


def _short() -> str:
    return "".join(secrets.choice(_DIGITS) for _ in range(22))


def _playlist(**told: Any) -> OwnPlaylist:
    return OwnPlaylist(**{**told, "elements": [tuple(one) for one in told["elements"]]})
