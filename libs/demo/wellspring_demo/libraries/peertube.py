"""A video platform with two channels: lists, search, video details, web videos and HLS streams.

The shape is that of PeerTube's REST API: lists have `total` and `data`, pages are cut by `start` and `count`,
errors are problem documents.
"""

from collections.abc import Sequence

from aiohttp import web

from ..state import WorldState
from .media import LibraryMedia
from .peertube_videos import Video, details, read_books, summary
from .serving import (
    body_response,
    file_response,
    json_response,
    page_response,
    picture_response,
    whole_number,
)

MOST = 100
USUAL = 15
_HLS_TYPE = "application/vnd.apple.mpegurl"
_BANDWIDTH = {480: 100_000, 720: 140_000, 1080: 230_000}


class PeerTube:
    """The platform, with its files on the same host."""

    def __init__(self, state: WorldState, media: LibraryMedia) -> None:
        self._state = state
        self._media = media
        self._books = read_books()

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        api, static = "/api/v1", "/static"
        return [
            web.get(f"{api}/videos", self.videos),
            web.get(f"{api}/videos/{{id}}", self.video),
            web.get(f"{api}/search/videos", self.search),
            web.get(f"{api}/video-channels/{{name}}", self.channel),
            web.get(f"{api}/video-channels/{{name}}/videos", self.channel_videos),
            web.get(f"{api}/video-playlists/{{id}}", self.playlist),
            web.get(f"{api}/video-playlists/{{id}}/videos", self.playlist_videos),
            web.get("/w/{id}", self.watch),
            web.get("/videos/watch/{id}", self.watch),
            web.get("/lazy-static/{kind}/{id}.jpg", self.picture),
            web.get(f"{static}/web-videos/{{id}}-{{height:[0-9]+}}.mp4", self.web_video),
            web.get(f"{static}/streaming-playlists/hls/{{id}}/master.m3u8", self.master),
            web.get(f"{static}/streaming-playlists/hls/{{id}}/{{height:[0-9]+}}.m3u8", self.rendition),
            web.get(
                f"{static}/streaming-playlists/hls/{{id}}/{{name}}-{{height:[0-9]+}}-fragmented.mp4",
                self.fragments,
            ),
        ]

    async def videos(self, request: web.Request) -> web.Response:
        """All public videos, newest first."""
        return self._page(request, self._books.newest_first())

    async def search(self, request: web.Request) -> web.Response:
        """The public videos whose name or tags hold every word."""
        words = request.query.get("search", "").lower().split()
        found = [one for one in self._books.newest_first() if _holds(one, words)]
        return self._page(request, found)

    async def video(self, request: web.Request) -> web.Response:
        """One video with its files, by number, UUID or short UUID."""
        video = self._books.video(request.match_info["id"])
        if video is None:
            return _problem(404, "Not Found", "Video not found")
        if video.told.get("private"):
            return _problem(403, "Forbidden", "Cannot fetch information of private/internal/blocked video")
        told = details(video, self._books, self._base, self._media)
        if (life_s := self._state.settings.stream_life_s) is not None:
            until = f"?expires={int(self._state.clock.now() + life_s)}"
            for stream in told["streamingPlaylists"]:
                stream["playlistUrl"] += until
        return json_response(told)

    async def channel(self, request: web.Request) -> web.Response:
        """A channel."""
        name = self._channel(request)
        if name is None:
            return _problem(404, "Not Found", "Video channel not found")
        return json_response({**self._books.channels[name], "isLocal": True})

    async def channel_videos(self, request: web.Request) -> web.Response:
        """A channel's videos, newest first."""
        name = self._channel(request)
        if name is None:
            return _problem(404, "Not Found", "Video channel not found")
        return self._page(request, self._books.newest_first(name))

    async def playlist(self, request: web.Request) -> web.Response:
        """The playlist."""
        if not self._is_playlist(request):
            return _problem(404, "Not Found", "Video playlist not found")
        told = {key: value for key, value in self._books.playlist.items() if key != "videos"}
        return json_response({"id": 9, **told, "videosLength": len(self._books.playlist["videos"])})

    async def playlist_videos(self, request: web.Request) -> web.Response:
        """The playlist's videos, in its own order, each inside an element that has a position."""
        if not self._is_playlist(request):
            return _problem(404, "Not Found", "Video playlist not found")
        found = [self._books.videos[number - 1] for number in self._books.playlist["videos"]]
        elements = [
            {"id": at, "position": at, "type": 0, "video": summary(one, self._books, self._base)}
            for at, one in enumerate(found, start=1)
        ]
        start, count = whole_number(request, "start", 0), whole_number(request, "count", USUAL)
        return json_response({"total": len(elements), "data": elements[start : start + count]})

    async def watch(self, request: web.Request) -> web.Response:
        """The page for people: an application that asks the API, with what link previews need in its head."""
        video = self._books.video(request.match_info["id"])
        if video is None or video.told.get("private"):
            return page_response("PeerTube", "Video not found", status=404)
        head = (
            '<meta property="og:platform" content="PeerTube">'
            f'<meta property="og:video:url" content="{self._base}/videos/embed/{video.uuid}">'
        )
        return page_response(f"{video.told['name']} - Quiet Tube", "This page needs JavaScript.", head=head)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """A preview or a thumbnail."""
        video = self._books.video(request.match_info["id"])
        if video is None:
            return page_response("Not found", "No such picture.", status=404)
        return await picture_response(request, str(video.told["name"]))

    async def web_video(self, request: web.Request) -> web.StreamResponse:
        """A whole file."""
        height = self._height(request, "web")
        return await file_response(request, await self._media.mp4(height), "video/mp4")

    async def master(self, request: web.Request) -> web.StreamResponse:
        """The playlist of a video's renditions."""
        video = self._books.video(request.match_info["id"])
        if video is None or video.told.get("private") or not video.told["hls"]:
            raise web.HTTPNotFound(text="Not found")
        until = self._until(request)
        lines = ["#EXTM3U", "#EXT-X-VERSION:7"]
        for height in video.told["hls"]:
            size = f"{round(height * 16 / 9)}x{height}"
            lines.append(f"#EXT-X-STREAM-INF:BANDWIDTH={_BANDWIDTH[height]},RESOLUTION={size},FRAME-RATE=4")
            lines.append(f"{height}.m3u8{until}")
        body = "\n".join([*lines, ""]).encode()
        return body_response(request, body, _HLS_TYPE, f'"{len(body):x}-master"')

    async def rendition(self, request: web.Request) -> web.StreamResponse:
        """The playlist of one rendition: byte ranges of its fragmented file."""
        height = self._height(request, "hls")
        video = self._books.video(request.match_info["id"])
        name = f"{video.uuid if video else ''}-{height}-fragmented.mp4{self._until(request)}"
        playlist, file = await self._media.hls(height)
        body = playlist.read_text(encoding="utf-8").replace(file.name, name).encode()
        return body_response(request, body, _HLS_TYPE, f'"{len(body):x}-{height}"')

    async def fragments(self, request: web.Request) -> web.StreamResponse:
        """The fragmented file of one rendition."""
        self._until(request)
        _, file = await self._media.hls(self._height(request, "hls"))
        return await file_response(request, file, "video/mp4")

    @property
    def _base(self) -> str:
        return self._state.addresses["peertube"]

    def _until(self, request: web.Request) -> str:
        """The query that a stream's addresses carry while they live. Raises HTTPForbidden after that."""
        expires = request.query.get("expires", "")
        if not expires.isdecimal():
            return ""
        if int(expires) <= self._state.clock.now():
            raise web.HTTPForbidden(text="This address has expired")
        return f"?expires={expires}"

    def _height(self, request: web.Request, kind: str) -> int:
        video, height = self._books.video(request.match_info["id"]), int(request.match_info["height"])
        if video is None or video.told.get("private") or height not in video.told[kind]:
            raise web.HTTPNotFound(text="Not found")
        return height

    def _channel(self, request: web.Request) -> str | None:
        name = request.match_info["name"].partition("@")[0]
        return name if name in self._books.channels else None

    def _is_playlist(self, request: web.Request) -> bool:
        names = {self._books.playlist["uuid"], self._books.playlist["shortUUID"], "9"}
        return request.match_info["id"] in names

    def _page(self, request: web.Request, found: Sequence[Video]) -> web.Response:
        start, count = whole_number(request, "start", 0), whole_number(request, "count", USUAL)
        if count > MOST:
            return _problem(400, "Bad Request", f"Should have a count of at most {MOST}")
        data = [summary(one, self._books, self._base) for one in found[start : start + count]]
        return json_response({"total": len(found), "data": data})


def _holds(video: Video, words: Sequence[str]) -> bool:
    text = f"{video.told['name']} {' '.join(video.told['tags'])}".lower()
    return all(word in text for word in words)


def _problem(status: int, title: str, detail: str) -> web.Response:
    told = {"type": "about:blank", "title": title, "detail": detail, "status": status}
    return json_response(told, status, content_type="application/problem+json")
