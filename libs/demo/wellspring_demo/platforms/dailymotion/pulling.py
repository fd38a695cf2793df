"""Fetches the films of videos that were made from an address elsewhere."""

import asyncio
import secrets

import aiohttp
from aiohttp import web

from ..films import facts_of
from .records import Video
from .studio import Studio

BLOCK = 1024 * 1024
_PATIENCE = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)


class Puller:
    """Pulls in the background; what cannot be had ends in an `encoding_error`."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._tasks: set[asyncio.Task[None]] = set()

    def pull(self, video: Video) -> None:
        """Begin to fetch a video's film."""
        task = asyncio.get_running_loop().create_task(self._pulled(video))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, _app: web.Application) -> None:
        """Stop fetching."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pulled(self, video: Video) -> None:
        name = secrets.token_hex(16)
        path = self._studio.films / f"{name}.mp4"
        try:
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE) as http,
                http.get(video.file_url, raise_for_status=True) as answer,
            ):
                with path.open("wb") as file:
                    async for block in answer.content.iter_chunked(BLOCK):
                        file.write(block)
        except (aiohttp.ClientError, OSError, TimeoutError):
            path.unlink(missing_ok=True)
            video.verdict = "encoding_error"
        else:
            facts = await facts_of(path)
            video.file, video.size = name, path.stat().st_size
            video.seconds = facts.milliseconds / 1_000 if facts else 0.0
            if facts is None:
                video.verdict = "encoding_error"
        video.film_at = self._studio.clock.now()
        self._studio.keep(video)
