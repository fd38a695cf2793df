"""TMDB and AniList on loopback, after the shapes of their public documentation."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TMDB_KEY = "0123456789abcdef0123456789abcdef"
GIF = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;"
SHOW: dict[str, Any] = {
    "id": 136283,
    "name": "The Glory",
    "original_name": "더 글로리",
    "overview": "A teacher has waited for years.",
    "genres": [{"id": 18, "name": "Drama"}, {"id": 9648, "name": "Mystery"}],
    "first_air_date": "2022-12-30",
    "episode_run_time": [50],
    "number_of_episodes": 16,
    "status": "Ended",
    "vote_average": 8.12,
    "vote_count": 700,
    "original_language": "ko",
    "poster_path": "/glory.jpg",
    "production_companies": [{"id": 1, "name": "Hwa&Dam Pictures"}, {"id": 2, "name": "Studio Dragon"}],
    "external_ids": {"imdb_id": "tt21344706", "tvdb_id": 411469},
}
MEDIA: dict[str, Any] = {
    "id": 154587,
    "format": "TV",
    "status": "FINISHED",
    "episodes": 28,
    "duration": 24,
    "genres": ["Adventure", "Drama"],
    "averageScore": 91,
    "countryOfOrigin": "JP",
    "title": {"romaji": "Sousou no Frieren", "english": "Frieren", "native": "葬送のフリーレン"},
    "description": "The adventure is over.<br><br>\n<i>But</i> life goes on &amp; on.",
    "startDate": {"year": 2023, "month": 9, "day": 29},
    "coverImage": {"large": "{images}/large.png", "medium": "{images}/small.png"},
    "studios": {
        "edges": [
            {"isMain": True, "node": {"name": "MADHOUSE"}},
            {"isMain": False, "node": {"name": "Aniplex"}},
        ]
    },
}


@dataclass
class FakeProviders:
    """Both services on one port. `say` is what the next question is answered with, once."""

    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    say: list[web.Response] = field(default_factory=list)
    port: int = 0

    @property
    def base(self) -> str:
        """Return the address of both."""
        return f"http://127.0.0.1:{self.port}"

    def environ(self) -> dict[str, str]:
        """Return the settings of a gateway that asks here."""
        return {
            "WELLSPRING_ALLOW_PRIVATE_HOSTS": f"127.0.0.1:{self.port}",
            "WELLSPRING_GATEWAY_TMDB_KEY": TMDB_KEY,
            "WELLSPRING_GATEWAY_TMDB_URL": f"{self.base}/3",
            "WELLSPRING_GATEWAY_TMDB_IMAGES_URL": f"{self.base}/t/p",
            "WELLSPRING_GATEWAY_ANILIST": "true",
            "WELLSPRING_GATEWAY_ANILIST_URL": f"{self.base}/graphql",
            "WELLSPRING_GATEWAY_ANILIST_IMAGES_URL": f"{self.base}/cdn",
        }

    def app(self) -> web.Application:
        """Return the application to serve."""
        app = web.Application()
        app.router.add_get("/3/{path:.*}", self._tmdb)
        app.router.add_post("/graphql", self._anilist)
        app.router.add_get("/t/p/{path:.*}", self._picture)
        app.router.add_get("/cdn/{path:.*}", self._picture)
        return app

    def _note(self, request: web.Request) -> web.Response | None:
        self.asked.append(request.path_qs)
        self.headers.append(dict(request.headers))
        return self.say.pop(0) if self.say else None

    async def _tmdb(self, request: web.Request) -> web.Response:
        if (said := self._note(request)) is not None:
            return said
        if request.query.get("api_key") != TMDB_KEY:
            body = {"status_code": 7, "status_message": "Invalid API key.", "success": False}
            return web.json_response(body, status=401)
        path = request.match_info["path"]
        if path == "search/tv":
            is_known = "glory" in request.query["query"].lower()
            return web.json_response({"page": 1, "results": [SHOW] if is_known else [], "total_results": 1})
        if path == "find/tt21344706":
            return web.json_response({"movie_results": [], "tv_results": [SHOW]})
        if path == f"tv/{SHOW['id']}":
            return web.json_response(SHOW)
        body = {"status_code": 34, "status_message": "The resource could not be found.", "success": False}
        return web.json_response(body, status=404)

    async def _anilist(self, request: web.Request) -> web.Response:
        if (said := self._note(request)) is not None:
            return said
        asked = await request.json()
        images = f"{self.base}/cdn"
        covers = {name: url.format(images=images) for name, url in MEDIA["coverImage"].items()}
        media = {**MEDIA, "coverImage": covers}
        if "search" in asked["variables"]:
            return web.json_response({"data": {"Page": {"media": [media]}}})
        if asked["variables"]["id"] == MEDIA["id"]:
            return web.json_response({"data": {"Media": media}})
        body = {"errors": [{"message": "Not Found.", "status": 404}], "data": {"Media": None}}
        return web.json_response(body, status=404)

    async def _picture(self, request: web.Request) -> web.Response:
        if (said := self._note(request)) is not None:
            return said
        return web.Response(body=GIF, content_type="image/gif")
