"""Adding an episode: once for each idempotency key, however often it is sent."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .domain.episodes import FieldError, NewEpisode, parse_episode
from .domain.titles import number_text
from .door import Door

SECRET_FIELDS = frozenset({"csrf_token", "idempotency_key"})


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
    used for other fields.
    """
    said = {name: value for name, value in fields.items() if name not in SECRET_FIELDS}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()
    if key is not None and (kept := await door.replies.kept(key, digest)) is not None:
        return Stored(**kept[1])
    parsed = parse_episode(fields, vet=door.vet, default_definition=door.tunables.current.default_definition)
    if not isinstance(parsed, NewEpisode):
        return parsed
    added = await door.catalog.add_episode(parsed, now=door.clock.now())
    number = number_text(parsed.number)
    if added.existed:
        detail = f"{parsed.show} already has season {parsed.season}, episode {number}. Nothing was changed."
        return Exists(added.episode_id, detail)
    stored = Stored(
        episode_id=added.episode_id,
        slug=added.slug,
        show=parsed.show,
        label=parsed.show if parsed.kind == "movie" else f"{parsed.show}, S{parsed.season} E{number}",
        player_link=f"/player?show={parsed.show}&ep={number}",
    )
    if key is not None:
        await door.replies.keep(key, digest, 200, vars(stored))
    return stored


def player_url(stored: Stored) -> str:
    """Return the player's address, escaped for use in a page."""
    return quote(stored.player_link, safe="/?=&")
