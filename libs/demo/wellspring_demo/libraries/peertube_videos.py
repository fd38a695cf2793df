"""The video platform's books: its videos as the platform's API describes them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .media import LibraryMedia

FILE = Path(__file__).with_name("peertube.json")


@dataclass(frozen=True)
class Video:
    """One video: what its maker wrote, and the heights in which it is kept."""

    number: int
    told: dict[str, Any]

    @property
    def uuid(self) -> str:
        """Return its identity across platforms."""
        return str(self.told["uuid"])

    @property
    def public(self) -> bool:
        """Return whether lists show it."""
        return not (self.told.get("private") or self.told.get("unlisted"))


@dataclass(frozen=True)
class Books:
    """All of a platform: one channel with its videos, and one playlist."""

    videos: tuple[Video, ...]
    channel: dict[str, Any]
    playlist: dict[str, Any]

    def video(self, key: str) -> Video | None:
        """Return the video that a number, a UUID or a short UUID names."""
        return next(
            (one for one in self.videos if key in {one.uuid, one.told["shortUUID"], str(one.number)}), None
        )

    def newest_first(self) -> list[Video]:
        """Return the public videos."""
        public = (one for one in self.videos if one.public)
        return sorted(public, key=lambda one: str(one.told["published"]), reverse=True)


def read_books() -> Books:
    """Return the books of the data file."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    videos = tuple(Video(number, told) for number, told in enumerate(data["videos"], start=1))
    return Books(videos, data["channel"], data["playlist"])


def summary(video: Video, books: Books, base: str) -> dict[str, Any]:
    """Return a video as lists show it."""
    told, host = video.told, base.removeprefix("http://")
    account = {"id": 3, "name": "board", "displayName": "Board", "host": host}
    channel = {"id": 5, "name": books.channel["name"], "displayName": books.channel["displayName"]}
    return {
        "id": video.number,
        "uuid": video.uuid,
        "shortUUID": told["shortUUID"],
        "url": f"{base}/videos/watch/{video.uuid}",
        "name": told["name"],
        "isLive": False,
        "isLocal": True,
        "nsfw": False,
        "duration": told["duration"],
        "publishedAt": told["published"],
        "originallyPublishedAt": told["original"],
        "category": {"id": 15, "label": "Science & Technology"},
        "licence": _constant(told["licence"]),
        "language": _constant(told["language"]),
        "privacy": {"id": 3, "label": "Private"} if told.get("private") else {"id": 1, "label": "Public"},
        "truncatedDescription": told["description"],
        "description": told["description"],
        "thumbnailPath": f"/lazy-static/thumbnails/{video.uuid}.jpg",
        "previewPath": f"/lazy-static/previews/{video.uuid}.jpg",
        "embedPath": f"/videos/embed/{video.uuid}",
        "views": 7 * video.number,
        "account": account,
        "channel": {**channel, "host": host, "url": f"{base}/video-channels/{books.channel['name']}"},
    }


def details(video: Video, books: Books, base: str, media: LibraryMedia) -> dict[str, Any]:
    """Return a video with its files: whole ones under `files`, fragmented ones under the HLS playlist."""
    told = video.told
    web_folder = f"{base}/static/web-videos"
    hls_folder = f"{base}/static/streaming-playlists/hls/{video.uuid}"
    hls = [
        {
            "id": 1,
            "type": 1,
            "playlistUrl": f"{hls_folder}/master.m3u8",
            "segmentsSha256Url": f"{hls_folder}/segments-sha256.json",
            "redundancies": [],
            "files": [
                {
                    **_file(height, f"{hls_folder}/{video.uuid}-{height}-fragmented.mp4", media),
                    "playlistUrl": f"{hls_folder}/{height}.m3u8",
                }
                for height in reversed(told["hls"])
            ],
        }
    ]
    return {
        **summary(video, books, base),
        "tags": told["tags"],
        "support": None,
        "state": {"id": 1, "label": "Published"},
        "waitTranscoding": False,
        "downloadEnabled": True,
        "files": [
            _file(height, f"{web_folder}/{video.uuid}-{height}.mp4", media)
            for height in reversed(told["web"])
        ],
        "streamingPlaylists": hls if told["hls"] else [],
    }


def _file(height: int, url: str, media: LibraryMedia) -> dict[str, Any]:
    return {
        "id": height,
        "resolution": {"id": height, "label": f"{height}p"},
        "size": media.size(height),
        "fps": 4,
        "width": round(height * 16 / 9),
        "height": height,
        "hasAudio": True,
        "hasVideo": True,
        "fileUrl": url,
        "fileDownloadUrl": url.replace("/static/", "/download/", 1),
        "magnetUri": None,
        "torrentUrl": None,
    }


def _constant(pair: list[Any]) -> dict[str, Any]:
    return {"id": pair[0], "label": pair[1]}
