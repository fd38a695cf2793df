"""Reads and writes videos as the newest API does: JSON without coercion, ISO times, nested objects."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ..contract import PAGE_MOST, V2_FIELDS
from .legacy_words import number
from .records import Playlist, Video
from .refusals import invalid, missing
from .settings import PROFILES
from .studio import Studio, Wish

NAMES = {"url": "source.file_url"}
_TEXT = ("title", "category", "visibility", "description", "language", "password")
_DEFAULT_PAGE = 20


def wish_of(body: Any, *, new: bool) -> Wish:
    """What a body wants of a video; raises Refused."""
    if not isinstance(body, dict):
        raise invalid("body", "it must be a JSON object")
    fields: dict[str, Any] = {}
    for name in _TEXT:
        if name in body:
            fields[name] = _of_type(body, name, str)
    if "is_for_kids" in body:
        fields["is_for_kids"] = _of_type(body, "is_for_kids", bool)
    if "is_explicit" in body:
        fields["explicit"] = _of_type(body, "is_explicit", bool)
    if "tags" in body:
        tags = _of_type(body, "tags", list)
        if not all(isinstance(tag, str) for tag in tags):
            raise invalid("tags", "it must be a list of texts")
        fields["tags"] = tags
    if new:
        fields |= {"published": True, "url": _source(body)}
    return Wish(fields, NAMES)


def _source(body: Mapping[str, Any]) -> str:
    source = body.get("source")
    if source is None:
        raise missing("source")
    if not isinstance(source, dict) or not isinstance(source.get("file_url"), str):
        raise missing("source.file_url")
    return str(source["file_url"])


def _of_type(body: Mapping[str, Any], name: str, kind: type) -> Any:
    found = body[name]
    if not isinstance(found, kind):
        raise invalid(name, f"it must be a {kind.__name__}")
    return found


def video_fields(studio: Studio, video: Video, www: str) -> dict[str, Any]:
    """Every field of a video."""
    stage = studio.stage(video)
    return {
        "video_id": video.id,
        "title": video.title,
        "description": video.description,
        "category": video.category,
        "visibility": video.visibility,
        "is_for_kids": video.is_for_kids,
        "is_explicit": video.explicit,
        "is_published": stage.status == "published",
        "tags": video.tags,
        "hashtags": [],
        "language": video.language,
        "country": video.more.get("country"),
        "created_at": iso(video.created_at),
        "updated_at": iso(video.updated_at or video.created_at),
        "uploaded_at": iso(video.created_at),
        "published_at": iso(video.published_at),
        "video_url": f"{www}/video/{video.private_id if video.visibility == 'private' else video.id}",
        "processing": {"status": stage.status, "progress": max(0, stage.encoding)},
        "source": {"duration": round(video.seconds), "width": None, "height": None},
        "profile": {"profile_id": video.profile, "name": PROFILES[video.profile]},
        "embedding": {"embed_url": f"{www}/embed/video/{video.id}"},
    }


def playlist_fields(playlist: Playlist) -> dict[str, Any]:
    """Every field of a playlist."""
    return {
        "playlist_id": playlist.id,
        "title": playlist.name,
        "description": playlist.description,
        "videos_total": len(playlist.videos),
        "profile": {"profile_id": playlist.profile},
        "created_at": iso(playlist.created_at),
    }


def chosen(query: Mapping[str, str], told: Mapping[str, Any]) -> dict[str, Any]:
    """Only the fields that were asked for, inner ones with a dot; raises Refused for others."""
    names = [name.strip() for name in query.get("fields", "").split(",") if name.strip()]
    picked: dict[str, Any] = {}
    for name in names:
        outer, _, inner = name.partition(".")
        if outer not in told and outer not in V2_FIELDS:
            raise invalid("fields", f"there is no field {name}")
        found = told.get(outer)
        if inner:
            nested = found.get(inner) if isinstance(found, dict) else None
            picked.setdefault(outer, {})[inner] = nested
        else:
            picked[outer] = found
    return picked if names else dict(told)


def page_of(query: Mapping[str, str], found: list[dict[str, Any]]) -> dict[str, Any]:
    """A page of a list; raises Refused."""
    page = number(query, "page", 1, None)
    size = number(query, "page_size", _DEFAULT_PAGE, PAGE_MOST)
    start = (page - 1) * size
    more = start + size < len(found)
    return {
        "data": found[start : start + size],
        "pagination": {"page": page, "page_size": size, "total": len(found), "has_more": more},
    }


def iso(at: float | None) -> str | None:
    """A time as the newest API writes it."""
    if at is None:
        return None
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
