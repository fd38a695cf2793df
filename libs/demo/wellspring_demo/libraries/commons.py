"""A media wiki and its file host: queries with generators and continuation, originals and transcodes.

The shape is that of MediaWiki's action API with TimedMediaHandler, as Wikimedia Commons runs it: errors come
with status 200, whoever sends no User-Agent is refused, and robots.txt keeps crawlers out of `/w/`.
"""

from typing import Any

from aiohttp import web

from ..state import WorldState
from .commons_pages import MediaPage, Pages, read_pages, video_info
from .media import LibraryMedia
from .serving import file_response, json_response, page_response, picture_response, whole_number

_ROBOTS = """User-agent: *
Allow: /w/api.php?action=mobileview&
Allow: /w/load.php?
Disallow: /w/
Disallow: /api/
"""
_USUAL = 10


class Commons:
    """The wiki."""

    def __init__(self, state: WorldState, media: LibraryMedia) -> None:
        self._state = state
        self._media = media
        self._pages = read_pages()

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [
            web.get("/robots.txt", self.robots),
            web.get("/w/api.php", self.api),
            web.get("/w/index.php", self.by_id),
            web.get("/wiki/{title:.+}", self.page),
        ]

    async def robots(self, _request: web.Request) -> web.Response:
        """Where crawlers may go."""
        return web.Response(text=_ROBOTS)

    async def page(self, request: web.Request) -> web.Response:
        """The page for people."""
        title = request.match_info["title"].replace("_", " ")
        if not self._pages.members(title) and self._pages.page(title) is None:
            return page_response(title, "There is no such page.", status=404)
        return page_response(title, "A page of the wiki.")

    async def by_id(self, request: web.Request) -> web.Response:
        """The page of a number: the same page, whatever its title is now."""
        page = self._pages.by_id(request.query.get("curid", ""))
        if page is None:
            return page_response("Bad title", "There is no such page.", status=404)
        return page_response(page.title, "A page of the wiki.")

    async def api(self, request: web.Request) -> web.Response:
        """The action API: `action=query` with titles, a search or a category."""
        if not request.headers.get("User-Agent"):
            return page_response("Forbidden", "Please set a user-agent.", status=403)
        asked = request.query
        if asked.get("action") != "query" or asked.get("format") != "json":
            return _error("badvalue", f"Unrecognized value for parameter: {asked.get('action')}.")
        if asked.get("formatversion") != "2":
            return _error("badvalue", "This wiki speaks formatversion 2 only.")
        if "titles" in asked and "pageids" in asked:
            return _error("invalidparammix", "titles and pageids cannot be used together.")
        named = self._named(request)
        if named:
            return self._answer(request, named, {})
        return self._generated(request)

    def _named(self, request: web.Request) -> list[tuple[str, MediaPage | None]]:
        titles, ids = request.query.get("titles", ""), request.query.get("pageids", "")
        by_title = [(one, self._pages.page(one)) for one in titles.split("|") if one]
        return by_title or [(f"#{one}", self._pages.by_id(one)) for one in ids.split("|") if one]

    def _generated(self, request: web.Request) -> web.Response:
        asked, generator = request.query, request.query.get("generator")
        if generator == "categorymembers":
            found = self._pages.members(asked.get("gcmtitle", ""))
            limit, word = whole_number(request, "gcmlimit", _USUAL), "gcmcontinue"
        elif generator == "search":
            found = _search(self._pages, asked.get("gsrsearch", ""))
            limit, word = whole_number(request, "gsrlimit", _USUAL), "gsroffset"
        else:
            return _error("badvalue", f"Unrecognized value for parameter generator: {generator}.")
        start = int(asked.get(word, "0").rpartition("|")[2] or 0)
        more: dict[str, Any] = {"batchcomplete": True}
        if start + limit < len(found):
            at = f"file|{start + limit}" if word == "gcmcontinue" else start + limit
            more["continue"] = {word: at, "continue": f"{word}||"}
        chosen = found[start : start + limit]
        return self._answer(request, [(one.title, one) for one in chosen], more)

    def _answer(
        self, request: web.Request, found: list[tuple[str, MediaPage | None]], more: dict[str, Any]
    ) -> web.Response:
        if not found:
            return json_response({"batchcomplete": True, **more})
        wanted = set(request.query.get("viprop", "").split("|"))
        pages = [self._told(title, page, wanted) for title, page in found]
        for index, page in enumerate(pages, start=1):
            page["index"] = index
        return json_response({"batchcomplete": True, **more, "query": {"pages": pages}})

    def _told(self, title: str, page: MediaPage | None, wanted: set[str]) -> dict[str, Any]:
        if page is None:
            return {"ns": 6, "title": title.replace("_", " "), "missing": True}
        site, files = self._state.addresses["commons"], self._state.addresses["commons-upload"]
        size = self._media.size(page.told["height"]) if page.is_video else 9_001
        told = {"pageid": page.told["pageid"], "ns": 6, "title": page.title}
        info = video_info(page, site, files, wanted, size)
        return {**told, "imagerepository": "local", "videoinfo": [info]}


class CommonsUpload:
    """The host of the files: originals, transcodes, thumbnails."""

    def __init__(self, media: LibraryMedia) -> None:
        self._media = media
        self._pages = read_pages()

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        base = "/wikipedia/commons"
        return [
            web.get(f"{base}/thumb/{{a}}/{{ab}}/{{name}}/{{thumb}}", self.thumb),
            web.get(f"{base}/transcoded/{{a}}/{{ab}}/{{name}}/{{file}}", self.transcode),
            web.get(f"{base}/{{a}}/{{ab}}/{{name}}", self.original),
        ]

    async def thumb(self, request: web.Request) -> web.StreamResponse:
        """A picture of a video."""
        return await picture_response(request, str(self._page(request).told["name"]))

    async def original(self, request: web.Request) -> web.StreamResponse:
        """A file as it was uploaded."""
        page = self._page(request)
        if not page.is_video:
            return await picture_response(request, str(page.told["name"]))
        path = await self._media.repacked(page.told["height"], page.suffix)
        return await file_response(request, path, "video/ogg" if page.suffix == "ogv" else "video/webm")

    async def transcode(self, request: web.Request) -> web.StreamResponse:
        """A file in another height."""
        page = self._page(request)
        made = {f"{page.file_name}.{height}p.vp9.webm": height for height in page.told["transcodes"]}
        height = made.get(request.match_info["file"])
        if height is None:
            raise web.HTTPNotFound(text="File not found")
        return await file_response(request, await self._media.repacked(height, "webm"), "video/webm")

    def _page(self, request: web.Request) -> MediaPage:
        page = self._pages.page(f"File:{request.match_info['name']}")
        told = f"{request.match_info['a']}/{request.match_info['ab']}/{request.match_info['name']}"
        if page is None or page.folder != told:
            raise web.HTTPNotFound(text="File not found")
        return page


def _search(pages: Pages, text: str) -> list[MediaPage]:
    words = text.lower().split()
    videos_only = "filetype:video" in words
    rest = [word for word in words if not word.startswith("filetype:")]
    shown = [(one, f"{one.title} {one.told['description']}".lower()) for one in pages.files]
    found = [one for one, said in shown if all(word in said for word in rest)]
    return [one for one in found if one.is_video or not videos_only]


def _error(code: str, info: str) -> web.Response:
    response = json_response({"error": {"code": code, "info": info}})
    response.headers["MediaWiki-API-Error"] = code
    return response
