"""Looking at, reading and passing on the files behind links, each dial vetted."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from wellspring_common.errors import Permanent, Throttled, WellspringError
from wellspring_common.events.playback import PlaybackFault
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.media import sniff
from wellspring_common.fetch.pace import PaceRule
from wellspring_common.fetch.page import Request
from wellspring_common.fetch.streams import Stream, Streams

from ..addressing import Playlist
from ..domain.manifests import LARGEST, rebased
from ..domain.offers import Link
from ..domain.playlists import is_playlist

PACE = PaceRule(concurrency=32, burst=200, rate_per_s=50)
"""A host of films is asked as often as people press play, not as gently as a site that is read."""
LOOK_S = 4.0
PLAYLIST_S = 10.0
LONGEST_PLAYLIST = 4 * 1024 * 1024
_FAULTS = {
    "forbidden": PlaybackFault.FORBIDDEN,
    "blocked": PlaybackFault.FORBIDDEN,
    "not_found": PlaybackFault.EXPIRED,
    "timeout": PlaybackFault.NETWORK,
    "connect": PlaybackFault.NETWORK,
    "dns": PlaybackFault.NETWORK,
    "tls": PlaybackFault.NETWORK,
    "server_error": PlaybackFault.NETWORK,
}


class GuardedMedia:
    """Media through the guarded fetcher and its streams."""

    def __init__(self, fetcher: Fetcher, streams: Streams) -> None:
        self._fetcher = fetcher
        self._streams = streams

    async def fault(self, link: Link, headers: Mapping[str, str]) -> PlaybackFault | None:
        """Return what is wrong with a link, from one bounded look, or nothing for one that plays."""
        try:
            probe = await self._fetcher.probe(link.url, headers=headers, deadline_s=LOOK_S)
        except Throttled:
            raise
        except WellspringError as error:
            return _FAULTS.get(error.code, PlaybackFault.UNKNOWN)
        verdict = sniff(probe, expected_size=link.size_bytes)
        if verdict.reason == "throttled":
            raise Throttled("The host wants to be left alone.", retry_after=probe.retry_after or 5)
        return None if verdict.ok else _FAULTS.get(verdict.reason or "", PlaybackFault.UNKNOWN)

    async def playlist(self, url: str, headers: Mapping[str, str]) -> Playlist:
        """Return a playlist. Raises `Transient` and `Permanent`, with `garbage` for what is none."""
        found = await self._text(url, headers, LONGEST_PLAYLIST)
        if not is_playlist(found.text):
            raise Permanent("The answer is no HLS playlist.", code="garbage")
        return found

    async def manifest(self, url: str) -> str:
        """Return a DASH manifest that can be served elsewhere."""
        found = await self._text(url, {}, LARGEST)
        return rebased(found.text, base=found.url)

    async def _text(self, url: str, headers: Mapping[str, str], most: int) -> Playlist:
        wanted = Request(url, headers=headers, max_bytes=most, deadline_s=PLAYLIST_S)
        page = await self._fetcher.fetch(wanted)
        return Playlist(page.url, page.body.decode("utf-8", errors="replace"))  # what the formats prescribe

    def open(
        self, url: str, *, method: str, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[Stream]:
        """Hold the answer to one request open."""
        return self._streams.open(url, method=method, headers=headers)
