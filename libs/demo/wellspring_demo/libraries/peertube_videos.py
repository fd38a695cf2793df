"""The video platform's books: its videos as the platform's API describes them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .media import LibraryMedia

FILE = Path(__file__).with_name("peertube.json")
BULLETIN_COUNT = 120


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
    def channel(self) -> str:
        """Return the name of its channel."""
        return str(self.told.get("channel", "quiet_rivers"))

    @property
    def public(self) -> bool:
        """Return whether lists show it."""
        return not (self.told.get("private") or self.told.get("unlisted"))


@dataclass(frozen=True)
class Books:
    """All of a platform: its channels with their videos, and one playlist."""

    videos: tuple[Video, ...]
    channels: dict[str, dict[str, Any]]
    playlist: dict[str, Any]

    def video(self, key: str) -> Video | None:
        """Return the video that a number, a UUID or a short UUID names."""
        return next(
            (one for one in self.videos if key in {one.uuid, one.told["shortUUID"], str(one.number)}), None
        )

    def newest_first(self, channel: str | None = None) -> list[Video]:
        """Return the public videos, all or those of a channel."""
        public = (one for one in self.videos if one.public and channel in {None, one.channel})
        return sorted(public, key=lambda one: str(one.told["published"]), reverse=True)


def read_books() -> Books:
    """Return the books of the data file."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    videos = tuple(
        Video(number, told) for number, told in enumerate((*data["videos"], *_bulletins()), start=1)
    )
    return Books(videos, {one["name"]: one for one in data["channels"]}, data["playlist"])


def _bulletins() -> Iterator[dict[str, Any]]:
    """Describe more videos than one answer holds."""
    for number in range(1, BULLETIN_COUNT + 1):
        yield {
            "uuid": f"7c1d5a90-2b3e-4f60-8a71-{number:012}",
            "shortUUID": f"4bULLETINbULLETINbU{number:03}",
            "channel": "river_bulletins",
            "name": f"River Bulletin No. {number}",
            "description": "Levels, and who read them.",
            "duration": 60,
            "published": f"2020-{number % 12 + 1:02}-{number % 28 + 1:02}T10:00:00.000Z",
            "original": None,
            "licence": [1, "Attribution"],
            "language": ["en", "English"],
            "tags": ["levels"],
            "web": [480],
            "hls": [],
        }


def summary(video: Video, books: Books, base: str) -> dict[str, Any]:
    """Return a video as lists show it."""
    told, host = video.told, base.removeprefix("http://")
    account = {"id": 3, "name": "board", "displayName": "Board", "host": host}
    channel = books.channels[video.channel]
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
        "channel": {**channel, "host": host, "url": f"{base}/video-channels/{video.channel}"},
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
