"""Adding an episode: once for each idempotency key, however often it is sent."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wellspring_common.errors import Permanent

from .domain.episodes import FieldError, NewEpisode, parse_episode
from .domain.titles import number_text
from .door import Door
from .ports.library import Added, Reply

FIRST_SEASON = 1
SECRET_FIELDS = frozenset({"csrf_token", "idempotency_key"})
_KEY = re.compile(r"[!-~]{8,200}")
_RESERVED = str.maketrans({"%": "%25", "&": "%26", "#": "%23", "+": "%2B"})


@dataclass(frozen=True)
class Stored:
    """The episode is in the library."""

    episode_id: int
    slug: str
    show: str
    label: str
    player_link: str


@dataclass(frozen=True)
class Exists:
    """The library has that episode already, and it was not touched."""

    episode_id: int
    detail: str


async def add_episode(
    door: Door, fields: Mapping[str, Any], *, key: str | None
) -> Stored | Exists | dict[str, FieldError]:
    """Store the episode in `fields`, or say what is wrong.

    Sent again with the same key it returns what it returned first. Raises `Permanent` when the key was
    used for other fields, or is none.
    """
    checked_key(key)
    said = {name: value for name, value in fields.items() if name not in SECRET_FIELDS}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()
    if (before := await _before(door, key, digest)) is not None:
        return before
    parsed = parse_episode(fields, vet=door.vet, default_definition=door.tunables.current.default_definition)
    if not isinstance(parsed, NewEpisode):
        return parsed
    reply = Reply(key, digest, lambda added: vars(_stored(parsed, added))) if key is not None else None
    added = await door.catalog.add_episode(parsed, now=door.clock.now(), reply=reply)
    if not added.existed:
        return _stored(parsed, added)
    # The same request may have been faster on another connection.
    if (before := await _before(door, key, digest)) is not None:
        return before
    number = number_text(parsed.number)
    detail = f"{parsed.show} already has season {parsed.season}, episode {number}. Nothing was changed."
    return Exists(added.episode_id, detail)


def checked_key(key: str | None) -> None:
    """Raise `Permanent` for an Idempotency-Key that is none."""
    if key is not None and _KEY.fullmatch(key) is None:
        raise Permanent("An Idempotency-Key has 8 to 200 printable ASCII characters.", code="invalid")


def player_link(episode: NewEpisode, episode_id: int) -> str:
    """Return the seeds' address of an episode's player."""
    # it names no season: it leads to the first one that has this number
    link = f"/player?show={episode.show.translate(_RESERVED)}&ep={number_text(episode.number)}"
    return link if episode.season == FIRST_SEASON else f"/watch/{episode_id}"


async def _before(door: Door, key: str | None, digest: bytes) -> Stored | None:
    kept = await door.replies.kept(key, digest) if key is not None else None
    return Stored(**kept[1]) if kept is not None else None


def _stored(episode: NewEpisode, added: Added) -> Stored:
    number = number_text(episode.number)
    return Stored(
        episode_id=added.episode_id,
        slug=added.slug,
        show=episode.show,
        label=episode.show if episode.kind == "movie" else f"{episode.show}, S{episode.season} E{number}",
        player_link=player_link(episode, added.episode_id),
    )
