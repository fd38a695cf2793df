"""Pictures from the outside, by the one fetcher that looks where it goes."""

from wellspring_common.errors import Permanent
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.page import Page, Request

from ..crawling import Fetched, Poster, WantedPoster
from ..domain.pictures import LARGEST_PICTURE, picture_type

_ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif"
_NOT_MODIFIED = 304


class FetchedPictures:
    """Asks for pictures, with what is known of the one that is held."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def fetch(self, wanted: WantedPoster) -> Fetched:
        """Return the picture, or that it is unchanged.

        Raises what the fetcher raises, and `Permanent` with `not_a_picture` for what is none.
        """
        headers = {"Accept": _ACCEPT}
        if wanted.etag is not None:
            headers["If-None-Match"] = wanted.etag
        if wanted.last_modified is not None:
            headers["If-Modified-Since"] = wanted.last_modified
        page = await self._fetcher.fetch(Request(wanted.url, headers=headers, max_bytes=LARGEST_PICTURE))
        if page.status == _NOT_MODIFIED:
            return Fetched(None, page.headers)
        return Fetched(_picture(page), page.headers)


def _picture(page: Page) -> Poster:
    content_type = picture_type(page.body)
    if content_type is None:
        raise Permanent("What the server sent is no picture.", code="not_a_picture")
    return Poster(content_type, page.body)
