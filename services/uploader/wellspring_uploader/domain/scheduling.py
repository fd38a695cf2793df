"""Whether a series may be put on a schedule, and what of it is still to go out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from wellspring_common.errors import Permanent
from wellspring_common.events.uploads import UploadState
from wellspring_common.uploading import Choices

from . import templates
from .templates import Facts

RIGHTS = frozenset({"owned", "licensed", "public_domain"})
_HOW = (
    "Set them on the title's page (rights: owned, licensed or public_domain). "
    "Only what you own, have a licence for or what is in the public domain may be published."
)
_GAPS = frozenset({UploadState.SKIPPED, UploadState.NEEDS_FIX})


class Refused(Permanent):
    """A wish that is not granted, by a code. `episodes` stand in the way, where it is some of them."""

    def __init__(self, message: str, *, code: str, episodes: Sequence[int] = ()) -> None:
        super().__init__(message, code=code)
        self.episodes = tuple(episodes)


@dataclass(frozen=True)
class Candidate:
    """An episode of a series that is to be scheduled."""

    episode_id: int
    season: int
    number: Decimal
    name: str | None
    media_file_id: int | None = None
    path: str | None = None
    size_bytes: int | None = None
    duration_s: float | None = None
    sha256: bytes | None = None
    known_id: UUID | None = None
    known_state: str | None = None
    known_schedule: int | None = None
    is_out: bool = False

    @property
    def is_here(self) -> bool:
        """Return whether its file is on the disk."""
        return self.media_file_id is not None

    @property
    def is_open(self) -> bool:
        """Return whether it is still to go out: nobody has published it, and no upload of it is under way."""
        if self.is_out:
            return False
        return self.known_state is None or self.known_state in _GAPS


@dataclass(frozen=True)
class Series:
    """A title that is to be scheduled."""

    title_id: int
    title: str
    rights: str
    year: int | None
    synopsis: str | None

    def facts(self, one: Candidate) -> Facts:
        """Return what templates know of an episode."""
        return Facts(
            title=self.title,
            season=one.season,
            number=one.number,
            episode=one.name,
            year=self.year,
            synopsis=self.synopsis,
        )


def mind_rights(series: Series) -> None:
    """Raise `Refused` unless a title may be published, and say how that is said of it."""
    if series.rights not in RIGHTS:
        raise Refused(f"The rights of “{series.title}” are {series.rights}. {_HOW}", code="rights_unknown")


def chosen_target(target_id: int | None, targets: Sequence[Any]) -> Any:
    """Return the target that is meant, where there may be one or two. Raises `Refused`.

    Who names none means the one whose key stands in the environment: it stands first.
    """
    if not targets:
        if target_id is not None:
            raise Refused(f"There is no target {target_id}.", code="target_not_found")
        raise Refused("There is no target yet: add one on the page Targets.", code="no_target")
    if len(targets) > 1 and not targets[0]["from_environment"]:
        raise Refused(
            "There are several targets: say which one is meant (target_id).", code="several_targets"
        )
    return targets[0]


def chosen(choices: Choices | None, target: Any) -> Choices:
    """Return what was chosen for a series, or the defaults of its target. Raises `Refused`."""
    if choices is None:
        defaults = (target["settings"] or {}).get("defaults")
        if not defaults:
            raise Refused(
                "Say whether the series is made for children, who may see it and its category: "
                f"{target['name']} has no defaults.",
                code="no_choices",
            )
        try:
            choices = Choices.model_validate(defaults)
        except ValidationError:
            raise Refused(f"The defaults of {target['name']} are not complete.", code="no_choices") from None
    templates.check(choices.title_template)
    templates.check(choices.description_template)
    return choices


def to_go_out(series: Series, found: Sequence[Candidate], *, download_first: bool) -> list[Candidate]:
    """Return the episodes that a new schedule takes, in order. Raises `Refused`."""
    if not found:
        raise Refused(f"“{series.title}” has no episodes.", code="no_episodes")
    absent = [one.episode_id for one in found if not one.is_here and not one.is_out]
    if absent and not download_first:
        raise Refused(
            f"Not all episodes are downloaded: {len(absent)} of {len(found)} are missing. "
            "Download them first, or choose to have them downloaded.",
            code="not_downloaded",
            episodes=absent,
        )
    wanted = [one for one in found if one.is_open]
    if not wanted:
        raise Refused(
            f"All episodes of “{series.title}” are published there already.", code="already_published"
        )
    return wanted


def marker_of(upload_id: UUID) -> str:
    """Return the tag by which a film is known again on its platform, whoever else uses the channel."""
    return f"ws-{hashlib.sha256(upload_id.bytes).hexdigest()[:10]}"
