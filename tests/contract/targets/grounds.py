"""What a contract test may do to a platform, and the demo world's platforms as its grounds."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from wellspring_common.fetch.guard import Guard
from wellspring_common.uploading import Visibility
from wellspring_demo.domain.platforms.boxes import tiny_film
from wellspring_demo.platforms.accounts import accounts
from wellspring_demo.world import World
from wellspring_uploader.ports.targets import Card, Film, Target
from wellspring_uploader.targets.registry import Registry
from wellspring_uploader.targets.settings import SendingSettings

QUICK = SendingSettings(stall_s=10, answer_s=20, call_s=20, progress_every_s=0.02)
CHUNK = 256 * 1024
SIZE = 2_000_000
MARKER = "ws-0123456789"
UPLOAD_HOST = "dailymotion-upload"
UPLOAD = "/api/v1/videos/upload-resumable"


@dataclass(frozen=True)
class Seen:
    """A video in the platform's own books."""

    id: str
    title: str
    tags: tuple[str, ...]
    is_public: bool


class Ground(Protocol):
    """A platform with a target on it, and hands on its insides."""

    target: Target
    asks_first: bool
    """Whether sending asks for its position before any byte."""

    def stranger(self, secret: str) -> Target:
        """Another target there, with a wrong secret."""

    def videos(self) -> list[Seen]:
        """All videos that were not deleted."""

    def cut_sending(self, at: float) -> None:
        """The next bytes that are sent break off after this part of them; 1 is before the answer."""

    def cut_last_piece(self, *, made: bool) -> None:
        """The next bytes that are sent are the last, and break off before or after they made the video."""

    def spoil_creation(self, *, made: bool) -> None:
        """The answer to what makes the next video is lost, and the video is made or not."""

    def end_tokens(self) -> None:
        """No token that was given out is good any more."""

    def refuse_tokens(self) -> None:
        """Every token is refused, new ones too."""

    def fill_quota(self) -> None:
        """The account may make no more videos today."""

    def lag(self, seconds: float) -> None:
        """New videos are listed only after so long."""

    def later(self, seconds: float) -> None:
        """Time passes on the platform."""

    def spoil_film(self, video_id: str) -> None:
        """The platform cannot use the film of a video."""

    def received(self) -> int:
        """How many bytes of films have arrived in all."""

    def token_places(self) -> set[str]:
        """Where requests with a token arrived."""

    def playlists(self) -> Mapping[str, list[str]]:
        """The names of all playlists with their videos."""


def film_in(folder: Path, seconds: float = 60, size: int = SIZE, name: str = "film.mp4") -> Film:
    """A film that the demo's platforms take for one."""
    data = tiny_film(seconds, size)
    path = folder / name
    path.write_bytes(data)
    return Film(path, len(data), seconds, hashlib.sha256(data).digest())


def card_of(title: str = "Tides - Episode 1", marker: str = MARKER, **changes: Any) -> Card:
    """What is told about it."""
    told: dict[str, Any] = {
        "description": "The sea comes and goes.",
        "tags": ("tides", "sea", marker),
        "category": "shortfilms",
        "language": "en",
        "is_for_kids": False,
        "visibility": Visibility.PUBLIC,
    }
    return Card(title=title, marker=marker, **{**told, **changes})


@dataclass
class DemoGround:
    """A platform of the demo world."""

    world: World
    kind: str
    settings: dict[str, Any]
    secrets: dict[str, str]
    asks_first: bool = False
    opened: list[Target] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.target = self.open()

    def open(self, **wrong: str) -> Target:
        guard = Guard(frozenset(self.world.hosts))
        registry = Registry(guard, sending=QUICK)
        target = registry.open(self.kind, self.settings, {**self.secrets, **wrong}, name="under test")
        self.opened.append(target)
        return target

    def stranger(self, secret: str) -> Target:
        return self.open(**{"password" if "password" in self.secrets else "api_secret": secret})

    async def close(self) -> None:
        for target in self.opened:
            await target.close()

    def later(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    def cut_sending(self, at: float) -> None:
        raise NotImplementedError

    def cut_last_piece(self, *, made: bool) -> None:
        self.cut_sending(1.0 if made else 0.5)


class DailymotionGround(DemoGround):
    """The demo's Dailymotion, by one of its APIs."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.world.dailymotion.settings.update({"upload_hosts": [UPLOAD_HOST]})

    @property
    def host(self) -> str:
        return "dailymotion-partner" if self.settings["generation"] == "partner" else "dailymotion"

    @property
    def create_path(self) -> str:
        owners = {"v2": "/v2/profiles/xdemo1", "legacy": "/me", "partner": "/rest/user/xdemo1"}
        return f"{owners[self.settings['generation']]}/videos"

    def videos(self) -> list[Seen]:
        studio = self.world.dailymotion
        return [
            Seen(one.id, one.title, tuple(one.tags), one.published and one.visibility == "public")
            for one in studio.videos()
        ]

    def cut_sending(self, at: float) -> None:
        self.world.fault(UPLOAD_HOST, "cut_upload", at=at, times=1, method="POST")

    def spoil_creation(self, *, made: bool) -> None:
        kind = "lost" if made else "reset"
        self.world.fault(self.host, kind, path_prefix=self.create_path, method="POST", times=1)

    def end_tokens(self) -> None:
        self.world.dailymotion.shelf.note("epoch", self.world.dailymotion.epoch + 1)

    def refuse_tokens(self) -> None:
        prefix = self.create_path.rpartition("/")[0]
        self.world.fault(self.host, "status", path_prefix=prefix, status=401)

    def fill_quota(self) -> None:
        self.world.dailymotion.settings.update({"plan": {"videos_per_day": 0}})

    def lag(self, seconds: float) -> None:
        self.world.dailymotion.settings.update({"list_lag_s": seconds})

    def spoil_film(self, video_id: str) -> None:
        video = self.world.dailymotion.video(video_id)
        assert video is not None
        self.world.dailymotion.judge("rejected", video)

    def received(self) -> int:
        return sum(one.received for one in self.world.log.entries(UPLOAD_HOST))

    def token_places(self) -> set[str]:
        return {one.target for one in self.world.log.entries() if one.authorization}

    def playlists(self) -> Mapping[str, list[str]]:
        return {one.name: one.videos for one in self.world.dailymotion.shelf.all("playlist")}


class PeerTubeGround(DemoGround):
    """The demo's PeerTube."""

    def videos(self) -> list[Seen]:
        return [
            Seen(one.uuid, one.name, tuple(one.tags), one.privacy == 1)
            for one in self.world.state.peertube.videos()
            if not one.deleted
        ]

    def cut_sending(self, at: float) -> None:
        self.world.fault("peertube", "cut_upload", at=at, times=1, method="PUT")

    def spoil_creation(self, *, made: bool) -> None:
        if made:
            self.world.fault("peertube", "lost", path_prefix=UPLOAD, method="PUT", times=1)
        else:
            self.world.fault("peertube", "reset", path_prefix=UPLOAD, method="PUT", times=1)

    def end_tokens(self) -> None:
        studio = self.world.state.peertube
        studio.shelf.note("epoch", studio.epoch + 1)

    def refuse_tokens(self) -> None:
        self.world.fault("peertube", "status", path_prefix="/api/v1/users/me", status=401)

    def fill_quota(self) -> None:
        self.world.state.peertube.settings.update({"daily_quota_bytes": 1})

    def lag(self, seconds: float) -> None:
        raise NotImplementedError("a PeerTube's lists are its database")

    def spoil_film(self, video_id: str) -> None:
        video = self.world.state.peertube.video(video_id)
        assert video is not None
        video.verdict = "transcoding_failed"
        self.world.state.peertube.keep(video)

    def received(self) -> int:
        return sum(one.received for one in self.world.log.entries("peertube"))

    def token_places(self) -> set[str]:
        return {one.target for one in self.world.log.entries() if one.authorization}

    def playlists(self) -> Mapping[str, list[str]]:
        studio = self.world.state.peertube
        uuids = {one.id: one.uuid for one in studio.videos()}
        return {one.name: [uuids[video] for _, video in one.elements] for one in studio.playlists()}


AnyGround = DailymotionGround | PeerTubeGround


def demo_ground(world: World, name: str) -> AnyGround:
    """A ground by its name: `dailymotion-v2`, `dailymotion-pieces`, `dailymotion-legacy`, ..., `peertube`."""
    told = accounts(world.addresses)
    if name == "peertube":
        about = told["peertube"]
        settings = {"url": about["url"], "channel": about["channel_name"], "chunk_bytes": CHUNK}
        secrets = {"username": about["username"], "password": about["password"]}
        return PeerTubeGround(world, "peertube", settings, secrets, asks_first=True)
    about, generation = told["dailymotion"], name.removeprefix("dailymotion-")
    settings = {"generation": generation, "chunk_bytes": CHUNK, "channel": about["profile_id"]}
    secrets = {"api_key": about["key"], "api_secret": about["secret"]}
    match generation:
        case "v2" | "pieces":
            more = {"generation": "v2", "api": about["api"], "token": about["token"]}
            settings |= {**more, "chunked": generation == "pieces"}
        case "partner":
            settings |= {"api": about["partner"], "token": about["partner"]}
        case _:
            settings |= {"api": about["api"], "token": about["api"], "channel": None}
            secrets |= {"username": about["username"], "password": about["password"]}
    return DailymotionGround(world, "dailymotion", settings, secrets, asks_first=generation == "pieces")
