"""Fetching a film that comes in segments: by ourselves, one after the other, into one growing file."""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from wellspring_common.errors import Permanent, Transient

from ..adapters.downloads_disk import PartFile
from ..domain.downloads_choice import Candidate
from ..domain.downloads_ends import OtherFile
from ..domain.downloads_part import Segments
from ..domain.downloads_playlist import Key, Playlist, Segment
from .course import Course
from .opening import Opener, headers_for
from .streaming import Film, is_media, opened, read_film

LARGEST_SEGMENT = 48 * 1024 * 1024
AHEAD = 2
"""So many segments are on their way at once."""
_KEY_BYTES = 16


async def fetch_segments(link: Candidate, course: Course, opener: Opener, sound_file: PartFile) -> None:
    """Bring the segments of a link into the part until the last one is there.

    Raises `OtherFile` where something else has begun, `Unplayable`, and what the link's server did.
    """
    film = await read_film(link, opener, course.job.quality or course.part.quality)
    taking = Taking(link, course, opener, film, sound_file)
    part = course.part
    if part.has_begun:
        kept = part.segments
        if part.kind != "stream" or kept is None or kept.shape != film.shape:
            raise OtherFile(f"{link.server} has another film than the one that has begun.")
        if part.link != link.key and not await taking.is_same(kept):
            raise OtherFile(f"{link.server} has other segments than those that are there.")
        course.part = part.model_copy(update={"link": link.key, "server": link.server})
        await course.file.cut(part.done)
        await sound_file.cut(kept.sound_bytes)
    else:
        await course.file.cut(0)
        await sound_file.cut(0)
        course.part = part.afresh(
            kind="stream",
            link=link.key,
            server=link.server,
            quality=film.quality or link.quality,
            segments=Segments(shape=film.shape, seconds=film.picture.seconds),
        )
    await taking.all()


@dataclass
class Taking:
    """Takes the segments of one link."""

    link: Candidate
    course: Course
    opener: Opener
    film: Film
    sound_file: PartFile
    _keys: dict[str, bytes] = field(default_factory=dict)

    async def is_same(self, kept: Segments) -> bool:
        """Return whether the first segment and the last one that is there are the same here."""
        checks = [(0, kept.first), (kept.done - 1, kept.last)] if kept.done else []
        return all([_hash(await self._piece(at)) == known for at, known in checks])

    async def _piece(self, number: int) -> bytes:
        playlist = self.film.picture
        data = await self.get(playlist.segments[number])
        if number == 0 and playlist.start is not None:
            return await self.get(playlist.start) + data
        return data

    async def all(self) -> None:
        """Take what is missing: the picture first, then the sound."""
        kept = self._kept
        async for number, data in self._coming(self.film.picture, kept.done):
            await self._take(number, data)
        if self.film.sound is not None:
            async for number, data in self._coming(self.film.sound, self._kept.sound_done):
                await self._take_sound(number, data)
        self._note(self._kept.model_copy(update={"is_whole": True}))
        self.course.total = self.course.file.size + self.sound_file.size
        await self._store()

    @property
    def _kept(self) -> Segments:
        kept = self.course.part.segments
        assert kept is not None  # noqa: S101  (set before anything is taken)
        return kept

    async def _take(self, number: int, data: bytes) -> None:
        await self.course.add(data)
        done = number + 1
        digest = _hash(data)
        first = digest if number == 0 else self._kept.first
        self._note(self._kept.model_copy(update={"done": done, "first": first, "last": digest}))
        seconds = sum(segment.seconds for segment in self.film.picture.segments[:done])
        if seconds > 0:
            self.course.total = int(self.course.file.size * self.film.picture.seconds / seconds)
        await self._after()

    async def _take_sound(self, number: int, data: bytes) -> None:
        await self.course.add(data, file=self.sound_file)
        self._note(
            self._kept.model_copy(update={"sound_done": number + 1, "sound_bytes": self.sound_file.size})
        )
        await self._after()

    def _note(self, kept: Segments) -> None:
        self.course.part = self.course.part.model_copy(
            update={"segments": kept, "done": self.course.file.size}
        )

    async def _after(self) -> None:
        if self.course.is_checkpoint_due:
            await self._store()
        await self.course.tell(done=self.course.file.size + self.sound_file.size)

    async def _store(self) -> None:
        await self.course.file.sync()
        await self.sound_file.sync()
        await self.course.keep(self.course.part)

    async def _coming(self, playlist: Playlist, done: int) -> AsyncGenerator[tuple[int, bytes]]:
        """Give the segments from `done` on in order, while the next ones are on their way.

        The beginning of a film in fragments comes with its first segment.
        """
        async with self._ahead(playlist.segments[done:]) as coming:
            for number in range(done, len(playlist.segments)):
                data = await anext(coming)
                if number == 0 and playlist.start is not None:
                    yield number, await self.get(playlist.start) + data
                else:
                    yield number, data

    @asynccontextmanager
    async def _ahead(self, segments: Sequence[Segment]) -> AsyncGenerator[AsyncGenerator[bytes]]:
        waiting = deque(segments)
        under_way: deque[asyncio.Task[bytes]] = deque()

        async def give() -> AsyncGenerator[bytes]:
            while waiting or under_way:
                while waiting and len(under_way) < AHEAD:
                    under_way.append(asyncio.create_task(self.get(waiting.popleft())))
                yield await under_way[0]
                under_way.popleft()

        try:
            yield give()
        finally:
            for task in under_way:
                task.cancel()
            if under_way:
                await asyncio.wait(under_way)
                for task in under_way:  # what else failed is not asked for any more
                    _ = task.cancelled() or task.exception()

    async def get(self, segment: Segment) -> bytes:
        """Return a segment, opened and looked at. Raises what its server did, `Unplayable`."""
        data = await self._bytes(segment)
        if segment.key is not None:
            data = opened(data, await self._key(segment.key), segment.key.iv)
        if not is_media(data):
            raise Permanent(f"{self.link.server} has no film in a segment.", code="unknown_content")
        return data

    async def _bytes(self, segment: Segment) -> bytes:
        headers = headers_for(segment.url, self.link.url, self.link.headers)
        span = segment.span
        if span is not None:
            headers["Range"] = f"bytes={span.start}-{span.stop - 1}"
        async with self.opener.open(segment.url, headers) as stream:
            found = bytearray()
            skipped = span.start if span is not None and stream.status == 200 else 0  # noqa: PLR2004
            most = LARGEST_SEGMENT if span is None else skipped + len(span)
            async for chunk in stream.chunks():
                found += chunk
                if len(found) > LARGEST_SEGMENT + skipped:
                    raise Permanent("A segment is larger than any should be.", code="too_large")
                if span is not None and len(found) >= most:
                    break
        data = bytes(found[skipped:most] if span is not None else found)
        if not data or (span is not None and len(data) != len(span)):
            raise Transient(f"{self.link.server} sent less than a segment.", code="connect")
        return data

    async def _key(self, key: Key) -> bytes:
        if key.url not in self._keys:
            headers = headers_for(key.url, self.link.url, self.link.headers)
            _, found = await self.opener.read(key.url, headers, most=4096)
            if len(found) != _KEY_BYTES:
                raise Permanent(f"{self.link.server} gave no key.", code="encrypted")
            self._keys[key.url] = found
        return self._keys[key.url]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
