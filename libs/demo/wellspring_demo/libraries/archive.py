"""An archive of items, each with a description and files: search, metadata, and downloads on a data node.

The shape is that of archive.org's public API: a missing item is an empty object with status 200, every value
of a file is text, and a download redirects to the node that holds the item.
"""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from ..state import WorldState
from .archive_items import Item, found, read_items
from .media import LibraryMedia
from .serving import (
    file_response,
    json_response,
    page_response,
    picture_response,
    redirect,
    whole_number,
)

DEEPEST = 10_000
"""Sorted results beyond this one are not paged to."""
FEWEST_SCRAPED = 100
_TYPES = {"mp4": "video/mp4", "ogv": "video/ogg"}


class Archive:
    """The front of the archive."""

    def __init__(self, state: WorldState, media: LibraryMedia) -> None:
        self._state = state
        self._media = media
        self._items = read_items()

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [
            web.get("/advancedsearch.php", self.search),
            web.get("/services/search/v1/scrape", self.scrape),
            web.get("/services/img/{id}", self.picture),
            web.get("/metadata/{id}", self.metadata),
            web.get("/metadata/{id}/{part:.+}", self.part),
            web.get("/details/{id}", self.details),
            web.get("/details/{id}/{name:.+}", self.details),
            web.get("/download/{id}/{name:.+}", self.download),
        ]

    async def search(self, request: web.Request) -> web.Response:
        """Sorted pages of results, with the fields that were asked for."""
        rows, page = whole_number(request, "rows", 50), max(1, whole_number(request, "page", 1))
        start = rows * (page - 1)
        if start + rows > DEEPEST:
            refusal = f"[RANGE_OUT_OF_BOUNDS] paged results end at {DEEPEST}"
            return json_response({"error": refusal}, 400)
        all_found = found(self._items, request.query.get("q", ""))
        fields = {*request.query.getall("fl[]", []), *request.query.get("fl", "").split(",")} - {""}
        docs = [_fields(item, fields) for item in all_found[start : start + rows]]
        response = {"numFound": len(all_found), "start": start, "docs": docs}
        return json_response({"responseHeader": {"status": 0, "QTime": 5}, "response": response})

    async def scrape(self, request: web.Request) -> web.Response:
        """All results, a hundred or more at once, with a cursor to go on."""
        count = whole_number(request, "count", 5_000)
        if count < FEWEST_SCRAPED:
            return json_response({"error": f"count must be at least {FEWEST_SCRAPED}"}, 400)
        start = whole_number(request, "cursor", 0)
        all_found = found(self._items, request.query.get("q", ""))
        fields = set(request.query.get("fields", "").split(",")) - {""}
        items = [_fields(item, fields) for item in all_found[start : start + count]]
        more = {"cursor": str(start + count)} if start + count < len(all_found) else {}
        return json_response({"items": items, "count": len(items), "total": len(all_found), **more})

    async def metadata(self, request: web.Request) -> web.Response:
        """Everything about an item; an empty object for one that is not there."""
        item = self._items.get(request.match_info["id"])
        return json_response({} if item is None else self._record(item))

    async def part(self, request: web.Request) -> web.Response:
        """One part of an item's record, as `result`."""
        identifier, path = request.match_info["id"], request.match_info["part"]
        if identifier not in self._items:
            return json_response({"error": f"Couldn't locate item '{identifier}'"})
        at: Any = self._record(self._items[identifier])
        for step in path.strip("/").split("/"):
            if isinstance(at, dict) and step in at:
                at = at[step]
            elif isinstance(at, list) and step.isdecimal() and int(step) < len(at):
                at = at[int(step)]
            else:
                return json_response({"error": f"Couldn't get '{path}' for item '{identifier}'"})
        if isinstance(at, list):
            start = whole_number(request, "start", 0)
            at = at[start : start + whole_number(request, "count", len(at))]
        return json_response({"result": at})

    async def details(self, request: web.Request) -> web.Response:
        """The page for people; 404 for an item that is not there."""
        item = self._items.get(request.match_info["id"])
        if item is None:
            return page_response("Item not found", "No such item.", status=404)
        base = f"{self._state.addresses['archive']}/download/{item.id}"
        files = [] if item.restricted or item.dark else [quote(one["name"]) for one in item.told["videos"]]
        head = "".join(f'<meta property="og:video" content="{base}/{name}">' for name in files)
        return page_response(str(item.told["title"]), str(item.told.get("description", "")), head=head)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """The tile of an item."""
        item = self._items.get(request.match_info["id"])
        return await picture_response(request, "Unknown" if item is None else str(item.told["title"]))

    async def download(self, request: web.Request) -> web.Response:
        """The permanent address of a file: it redirects to where the item lives today."""
        item = self._items.get(request.match_info["id"])
        if item is None or item.dark:
            return page_response("Item not found", "No such item.", status=404)
        path = f"/7/items/{item.id}/{quote(request.match_info['name'])}"
        return redirect(self._state.addresses["archive-node"] + path)

    def _record(self, item: Item) -> dict[str, Any]:
        record: dict[str, Any] = {"created": int(self._state.clock.now()), "dir": f"/7/items/{item.id}"}
        if item.dark:
            return {**record, "is_dark": True}
        files = item.files(self._media)
        record |= {"files": files, "files_count": len(files), "item_last_updated": 1_700_000_000}
        node = self._state.addresses["archive-node"].removeprefix("http://")
        return {**record, "metadata": item.metadata, "server": node, "workable_servers": [node]}


class ArchiveNode:
    """A data node: it serves the files of items, by ranges, and refuses those of restricted ones."""

    def __init__(self, media: LibraryMedia) -> None:
        self._media = media
        self._items = read_items()

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [web.get("/7/items/{id}/{name:.+}", self.file)]

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of an item."""
        item, name = self._items.get(request.match_info["id"]), request.match_info["name"]
        if item is None or item.dark:
            return page_response("404 Not Found", "No such file.", status=404)
        if name == "__ia_thumb.jpg":
            return await picture_response(request, str(item.told["title"]))
        quality, suffix = item.quality_of(name), name.rpartition(".")[2]
        if quality is None or suffix not in _TYPES:
            return page_response("404 Not Found", "No such file.", status=404)
        if item.restricted:
            return page_response("403 Forbidden", "The item is not available to you.", status=403)
        made = self._media.mp4(quality) if suffix == "mp4" else self._media.repacked(quality, suffix)
        return await file_response(request, await made, _TYPES[suffix])


def _fields(item: Item, wanted: set[str]) -> dict[str, Any]:
    return {key: value for key, value in item.metadata.items() if not wanted or key in wanted}
