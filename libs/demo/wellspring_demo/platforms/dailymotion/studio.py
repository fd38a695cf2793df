"""What the platform does, whichever generation of its API asks: videos made, changed, listed and deleted."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...domain.clock import WorldClock
from ...domain.platforms.limits import OverLimit, Taken, over_limit
from ...domain.platforms.stages import VERDICTS, Stage, stage_at
from ...domain.platforms.tokens import TokenWriter
from ..contract import CATEGORIES, DESCRIPTION_MOST, TITLE_MOST, VISIBILITIES
from ..keeping import Shelf
from .records import DONE, Playlist, Upload, Video
from .refusals import Refused, invalid, missing, not_found
from .settings import PROFILE, PROFILES, DailymotionSettings

_PLAIN = ("title", "category", "description", "is_for_kids", "tags", "explicit", "language", "visibility")
_TOO_MANY = 429


@dataclass(frozen=True)
class Wish:
    """What somebody wants of a video: only the fields that were sent."""

    fields: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)
    """What the asker's API calls a field, where it is not as here."""

    def called(self, name: str) -> str:
        """A field in the words of whoever asks."""
        return self.names.get(name, name)


class Studio:
    """The platform behind all of its hosts."""

    def __init__(self, folder: Path, secret: bytes, clock: WorldClock) -> None:
        self.clock = clock
        self.films = folder / "films"
        self.films.mkdir(parents=True, exist_ok=True)
        self.shelf = Shelf(folder, {"upload": _upload, "video": Video, "playlist": Playlist})
        self.settings = DailymotionSettings()
        self.settings.update(self.shelf.facts.get("settings", {}))
        self.tokens = TokenWriter(secret + b"dailymotion")
        self.next_verdicts: list[str] = list(self.shelf.facts.get("verdicts", []))
        self.pull: Callable[[Video], None] = lambda _video: None
        """Fetches the film of a video that was made from a foreign address."""
        self.upload_origins: Callable[[], list[str]] = list
        """Where the upload hosts are."""

    @property
    def epoch(self) -> int:
        """How often all tokens were revoked."""
        return int(self.shelf.facts.get("epoch", 0))

    def video(self, key: str) -> Video | None:
        """The video of this id, or of this private id, that is not deleted."""
        found = self.shelf.find("video", key) or next(
            (one for one in self.shelf.all("video") if one.private_id == key), None
        )
        return found if found is not None and found.deleted_at is None else None

    def videos(self, profile: str | None = None) -> list[Video]:
        """All videos that are there, of one profile or of all, oldest first."""
        every = self.shelf.all("video")
        return [one for one in every if one.deleted_at is None and profile in {None, one.profile}]

    def stage(self, video: Video) -> Stage:
        """How far a video is."""
        if video.deleted_at is not None:
            return Stage("deleted")
        elapsed = None if video.film_at is None else self.clock.now() - video.film_at
        return stage_at(elapsed, self.settings.pace, published=video.published, verdict=video.verdict)

    def public(self, video: Video) -> bool:
        """Whether everybody can watch a video."""
        return self.stage(video).status == "published" and video.visibility == "public"

    def listed(self, profile: str, *, owner: bool) -> list[Video]:
        """What a list of a profile shows, newest first: a stranger sees what is public."""
        before = self.clock.now() - self.settings.list_lag_s
        found = [one for one in self.videos(profile) if one.created_at <= before]
        shown = [one for one in found if owner or self.public(one)]
        return sorted(shown, key=lambda one: one.created_at, reverse=True)

    def create(self, profile: str, generation: str, wish: Wish) -> Video:
        """Make a video; raises Refused. Nothing asks whether there is one like it already."""
        for name in ("title", "category", "is_for_kids", "visibility", "url"):
            if wish.fields.get(name) in (None, ""):
                raise missing(wish.called(name))
        checked(wish)
        upload = self._source(str(wish.fields["url"]), wish)
        self._allowed(profile, upload)
        now = self.clock.now()
        video = Video(
            id="x" + secrets.token_hex(4),
            private_id="k" + secrets.token_hex(9),
            profile=profile,
            generation=generation,
            created_at=now,
            title="",
            category="",
            is_for_kids=False,
            file_url=str(wish.fields["url"]),
        )
        if upload is not None:
            video.file, video.film_at = upload.uuid, now
            video.seconds, video.size = upload.seconds, upload.size
            video.verdict = None if upload.readable else "encoding_error"
        if self.next_verdicts:
            video.verdict = self.next_verdicts.pop(0)
            self.shelf.note("verdicts", self.next_verdicts)
        self._apply(video, wish)
        if upload is None:
            self.pull(video)
        return video

    def change(self, video: Video, wish: Wish) -> Video:
        """Change a video; raises Refused."""
        checked(wish)
        video.updated_at = self.clock.now()
        self._apply(video, wish)
        return video

    def delete(self, video: Video, who: str = "owner") -> None:
        """Take a video away; it still counts to the limits."""
        video.deleted_at, video.deleted_by = self.clock.now(), who
        self.keep(video)
        for playlist in self.shelf.all("playlist"):
            if video.id in playlist.videos:
                playlist.videos.remove(video.id)
                self.shelf.keep("playlist", playlist.id, playlist)

    def judge(self, verdict: str, video: Video | None = None, times: int = 1) -> None:
        """Let a video, or the next ones, be `rejected` or end in an `encoding_error`; raises ValueError."""
        if verdict not in VERDICTS:
            raise ValueError(f"verdict must be one of {sorted(VERDICTS)}")
        if video is None:
            self.next_verdicts += [verdict] * times
            self.shelf.note("verdicts", self.next_verdicts)
        else:
            video.verdict = verdict
            self.keep(video)

    def reset(self) -> None:
        """Forget every upload, video, playlist and setting; tokens stay good."""
        self.settings, self.next_verdicts = DailymotionSettings(), []
        for name in ("settings", "verdicts"):
            self.shelf.facts.pop(name, None)
        self.shelf.clear()
        for film in self.films.iterdir():
            film.unlink()

    def keep(self, video: Video) -> None:
        """Write a video down."""
        self.shelf.keep("video", video.id, video)

    def taken(self, profile: str) -> list[Taken]:
        """What counts to the limits of a profile: every video that was made, whatever became of it."""
        every = self.shelf.all("video")
        return [Taken(one.created_at, one.seconds) for one in every if one.profile == profile]

    def over_limit(self, profile: str, seconds: float, size: int) -> OverLimit | None:
        """What forbids a profile a video of this length and size now."""
        plan, now = self.settings.plan, self.clock.now()
        return over_limit(plan, self.taken(profile), seconds, size, now)

    def profile_named(self, key: str) -> str:
        """The own profile of this id or of this channel name; raises Refused for any other."""
        found = next((own for own, name in PROFILES.items() if key in {own, name}), None)
        if found is None:
            raise not_found("user", key)
        return found

    def own_profile(self) -> str:
        """Who `me` is."""
        return PROFILE

    def profile_name(self, profile: str) -> str:
        """The channel name of a profile."""
        return PROFILES[profile]

    def _apply(self, video: Video, wish: Wish) -> None:
        for name in _PLAIN:
            if name in wish.fields:
                setattr(video, name, wish.fields[name])
        known = {*_PLAIN, "published", "url"}
        video.more |= {name: value for name, value in wish.fields.items() if name not in known}
        if "published" in wish.fields:
            video.published = bool(wish.fields["published"])
        if video.published and video.visibility == "public" and video.published_at is None:
            video.published_at = self.clock.now()
        self.keep(video)

    def _source(self, url: str, wish: Wish) -> Upload | None:
        """The upload that an address is the file of, None for an address elsewhere; raises Refused."""
        if not url.startswith(("http://", "https://")):
            raise invalid(wish.called("url"), "it is no address")
        uploads: list[Upload] = self.shelf.all("upload")
        found = next((one for one in uploads if one.receipt.get("url") == url), None)
        if found is None:
            if url.startswith(tuple(self.upload_origins())):
                raise invalid(wish.called("url"), "there is no such file")
            return None
        life, now = self.settings.file_life_s, self.clock.now()
        if found.state != DONE or (
            life is not None and found.done_at is not None and now > found.done_at + life
        ):
            raise invalid(wish.called("url"), "the file is gone")
        return found

    def _allowed(self, profile: str, upload: Upload | None) -> None:
        if self.settings.spam:
            raise Refused(403, "spam", "You are not allowed to do this: spam activity was detected")
        seconds, size = (upload.seconds, upload.size) if upload else (0.0, 0)
        if found := self.over_limit(profile, seconds, size):
            raise self._refusal(found)

    def _refusal(self, found: OverLimit) -> Refused:
        details = {"reason": found.which}
        if found.passes and self.settings.refusal.startswith("too_many"):
            wait = max(1, round((found.free_at or 0) - self.clock.now()))
            silent = self.settings.refusal.endswith("silent")
            headers = {} if silent else {"Retry-After": str(wait)}
            return Refused(_TOO_MANY, "too_many_requests", found.message, details, headers)
        if self.settings.refusal == "bad_request":
            return Refused(400, "invalid_parameter", found.message, details)
        return Refused(403, "upload_limit_exceeded", found.message, details)


def checked(wish: Wish) -> None:
    """Look at the fields that were sent; raises Refused for the first that makes no sense."""
    fields = wish.fields
    if "title" in fields and not 1 <= len(str(fields["title"]).strip()) <= TITLE_MOST:
        raise invalid(wish.called("title"), f"it must have 1 to {TITLE_MOST} characters")
    if "category" in fields and fields["category"] not in CATEGORIES:
        raise invalid(wish.called("category"), f"it must be one of {', '.join(sorted(CATEGORIES))}")
    if len(str(fields.get("description") or "")) > DESCRIPTION_MOST:
        raise invalid(wish.called("description"), f"it may have at most {DESCRIPTION_MOST} characters")
    if fields.get("visibility", "public") not in VISIBILITIES:
        raise invalid(wish.called("visibility"), f"it must be one of {', '.join(sorted(VISIBILITIES))}")


def _upload(**told: Any) -> Upload:
    return Upload(**{**told, "parts": [tuple(part) for part in told["parts"]]})
