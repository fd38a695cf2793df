"""An HLS manifest is followed to its first segment: a list of films that are gone is no film."""

from collections.abc import Mapping

from wellspring_common.errors import Throttled, WellspringError
from wellspring_common.events.scrape import Container
from wellspring_common.fetch.answers import status_code
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.hls import first_part
from wellspring_common.fetch.media import MediaVerdict, is_page
from wellspring_common.fetch.page import Probe, Request

MANIFEST_BYTES = 256 * 1024
MOST_LISTS = 3
"""A master, its variant, and one more for those who nest."""
_GONE = MediaVerdict(ok=False, container=Container.HLS, reason="no_segment")


async def follow(
    fetcher: Fetcher, seen: Probe, verdict: MediaVerdict, *, headers: Mapping[str, str], deadline_s: float
) -> MediaVerdict:
    """Return whether a manifest leads to a segment. Only HLS is followed, a DASH manifest stands for itself.

    Raises what the fetcher raises: a host that is away says nothing of the film.
    """
    if verdict.container is not Container.HLS:
        return verdict
    url = seen.final_url
    for _ in range(MOST_LISTS):
        asked = Request(url, headers=headers, max_bytes=MANIFEST_BYTES, cut=True, deadline_s=deadline_s)
        page = await fetcher.fetch(asked, raise_for_status=False)
        code = status_code(page.status)
        if code is not None:
            return _GONE if code == "not_found" else MediaVerdict(ok=False, reason=code)
        part = first_part(page.text(), base=page.url)
        if part is None:
            return _GONE
        if not part.is_list:
            return await _segment(fetcher, part.url, verdict, headers=headers, deadline_s=deadline_s)
        url = part.url
    return _GONE


async def _segment(
    fetcher: Fetcher, url: str, verdict: MediaVerdict, *, headers: Mapping[str, str], deadline_s: float
) -> MediaVerdict:
    try:
        seen = await fetcher.probe(url, headers=headers, deadline_s=deadline_s)
    except Throttled:
        return verdict  # the manifest was there, and its segments have to wait for their turn
    except WellspringError as error:
        return MediaVerdict(ok=False, reason=error.code)
    code = status_code(seen.status, seen.retry_after)
    if code is not None:
        return _GONE if code == "not_found" else MediaVerdict(ok=False, reason=code)
    return _GONE if is_page(seen) else verdict
