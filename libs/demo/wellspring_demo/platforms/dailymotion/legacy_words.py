"""Reads and writes videos as both older APIs do: form fields, unix seconds, `fields` as a comma list."""

from collections.abc import Mapping
from typing import Any

from .records import Playlist, Video
from .refusals import invalid
from .settings import PROFILES
from .studio import Studio, Wish

NAMES = {"category": "channel", "is_for_kids": "is_created_for_kids", "visibility": "private"}
VIDEO_DEFAULT = ("id", "title", "channel", "owner")
PLAYLIST_DEFAULT = ("id", "name", "owner")
_TRUE, _FALSE = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no", ""})
_KEPT = ("country", "publish_date", "expiry_date", "geoblocking", "thumbnail_url", "password")


def wish_of(form: Mapping[str, str], *, new: bool) -> Wish:
    """What a form wants of a video; raises Refused."""
    fields: dict[str, Any] = {
        name: form[name] for name in ("title", "description", "language", "url") if name in form
    }
    if "channel" in form:
        fields["category"] = form["channel"]
    kids = next((name for name in form if name.lower() == "is_created_for_kids"), None)
    if kids is not None:
        fields["is_for_kids"] = truth("is_created_for_kids", form[kids])
    for name in ("published", "explicit"):
        if name in form:
            fields[name] = truth(name, form[name])
    if "tags" in form:
        fields["tags"] = [tag.strip() for tag in form["tags"].split(",") if tag.strip()]
    if new or "private" in form or "password" in form:
        fields["visibility"] = _visibility(form)
    fields |= {name: form[name] for name in _KEPT if name in form}
    return Wish(fields, NAMES)


def _visibility(form: Mapping[str, str]) -> str:
    if form.get("password"):
        return "password"
    return "private" if truth("private", form.get("private", "")) else "public"


def truth(name: str, text: str) -> bool:
    """A boolean of a form; raises Refused."""
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise invalid(name, "it must be true or false")
    return word in _TRUE


def chosen(query: Mapping[str, str], told: Mapping[str, Any], default: tuple[str, ...]) -> dict[str, Any]:
    """Only the fields that were asked for; raises Refused for one that there is not."""
    names = [name.strip() for name in query.get("fields", "").split(",") if name.strip()] or list(default)
    for name in names:
        if name not in told:
            raise invalid("fields", f"there is no field {name}")
    return {name: told[name] for name in names}


def video_fields(studio: Studio, video: Video, www: str) -> dict[str, Any]:
    """Every field of a video."""
    stage = studio.stage(video)
    return {
        "id": video.id,
        "title": video.title,
        "description": video.description,
        "channel": video.category,
        "owner": video.profile,
        "owner.screenname": PROFILES[video.profile],
        "tags": video.tags,
        "created_time": int(video.created_at),
        "updated_time": int(video.updated_at or video.created_at),
        "publish_date": None if video.published_at is None else int(video.published_at),
        "uploaded_time": int(video.created_at),
        "duration": round(video.seconds),
        "published": video.published,
        "private": video.visibility == "private",
        "private_id": video.private_id,
        "is_created_for_kids": video.is_for_kids,
        "explicit": video.explicit,
        "language": video.language,
        "mode": "vod",
        "status": stage.status,
        "encoding_progress": stage.encoding,
        "publishing_progress": stage.publishing,
        "url": f"{www}/video/{video.private_id if video.visibility == 'private' else video.id}",
        "embed_url": f"{www}/embed/video/{video.id}",
        "country": video.more.get("country"),
        "geoblocking": video.more.get("geoblocking", ["allow"]),
        "thumbnail_url": video.more.get("thumbnail_url"),
    }


def playlist_fields(playlist: Playlist) -> dict[str, Any]:
    """Every field of a playlist."""
    return {
        "id": playlist.id,
        "name": playlist.name,
        "description": playlist.description,
        "owner": playlist.profile,
        "videos_total": len(playlist.videos),
        "created_time": int(playlist.created_at),
    }


def page_of(query: Mapping[str, str], found: list[dict[str, Any]], most: int) -> dict[str, Any]:
    """A page of a list, with how many there are; raises Refused."""
    page, limit = number(query, "page", 1, None), number(query, "limit", 10, most)
    start = (page - 1) * limit
    return {
        "page": page,
        "limit": limit,
        "explicit": False,
        "total": len(found),
        "has_more": start + limit < len(found),
        "list": found[start : start + limit],
    }


def number(query: Mapping[str, str], name: str, default: int, most: int | None) -> int:
    """A number of the query, from 1 on; raises Refused."""
    text = query.get(name, str(default))
    if not (
        text.isascii() and text.isdecimal() and int(text[:9]) >= 1 and (most is None or int(text[:9]) <= most)
    ):
        raise invalid(
            name, f"it must be a number from 1 to {most}" if most else "it must be a number from 1 on"
        )
    return int(text)
