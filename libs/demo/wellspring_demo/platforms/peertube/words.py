"""Writes the uploader's videos and playlists as the platform's API does."""

import datetime as dt
from typing import Any

from ..contract import PEERTUBE_PRIVACIES, PEERTUBE_STATES
from .records import OwnPlaylist, OwnVideo
from .settings import CHANNELS, USERNAME
from .studio import TubeStudio


def video_summary(studio: TubeStudio, video: OwnVideo, base: str) -> dict[str, Any]:
    """A video as lists show it."""
    state = studio.state(video)
    return {
        "id": video.id,
        "uuid": video.uuid,
        "shortUUID": video.short,
        "url": f"{base}/videos/watch/{video.uuid}",
        "name": video.name,
        "description": video.description,
        "truncatedDescription": video.description,
        "duration": round(video.seconds),
        "isLive": False,
        "isLocal": True,
        "nsfw": video.nsfw,
        "createdAt": iso(video.made_at),
        "publishedAt": iso(video.published_at or video.made_at),
        "updatedAt": iso(video.published_at or video.made_at),
        "category": {"id": video.category, "label": "Unknown"},
        "licence": {"id": video.licence, "label": "Unknown"},
        "language": {"id": video.language, "label": "Unknown"},
        "privacy": {"id": video.privacy, "label": PEERTUBE_PRIVACIES[video.privacy]},
        "state": {"id": state, "label": PEERTUBE_STATES[state]},
        "waitTranscoding": video.waits,
        "views": 0,
        "account": account(base),
        "channel": channel(video.channel_id, base),
    }


def video_details(studio: TubeStudio, video: OwnVideo, base: str) -> dict[str, Any]:
    """A video with its file."""
    url = f"{base}/static/web-videos/up-{video.uuid}.mp4"
    file = {
        "id": video.id,
        "resolution": {"id": video.height, "label": f"{video.height}p"},
        "size": video.size,
        "width": video.width,
        "height": video.height,
        "hasAudio": True,
        "hasVideo": True,
        "fileUrl": url,
        "fileDownloadUrl": url,
    }
    return {
        **video_summary(studio, video, base),
        "tags": video.tags,
        "support": None,
        "downloadEnabled": True,
        "files": [file],
        "streamingPlaylists": [],
    }


def playlist_told(playlist: OwnPlaylist, base: str) -> dict[str, Any]:
    """A playlist."""
    return {
        "id": playlist.id,
        "uuid": playlist.uuid,
        "shortUUID": playlist.short,
        "url": f"{base}/w/p/{playlist.short}",
        "displayName": playlist.name,
        "description": playlist.description,
        "videosLength": len(playlist.elements),
        "isLocal": True,
        "privacy": {"id": playlist.privacy, "label": PEERTUBE_PRIVACIES[playlist.privacy]},
        "type": {"id": 1, "label": "Regular"},
        "createdAt": iso(playlist.made_at),
        "ownerAccount": account(base),
        "videoChannel": None if playlist.channel_id is None else channel(playlist.channel_id, base),
    }


def account(base: str) -> dict[str, Any]:
    """The uploader's account."""
    return {"id": 21, "name": USERNAME, "displayName": "Demo Uploader", "host": base.removeprefix("http://")}


def channel(number: int, base: str) -> dict[str, Any]:
    """One of the uploader's channels."""
    name = CHANNELS[number]
    return {
        "id": number,
        "name": name,
        "displayName": name.replace("_", " ").title(),
        "host": base.removeprefix("http://"),
        "url": f"{base}/video-channels/{name}",
        "isLocal": True,
    }


def iso(at: float) -> str:
    """A time as the platform writes it."""
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
