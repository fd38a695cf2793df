"""Taking over a film that the operator has already put below the media folder."""

import asyncio
from dataclasses import dataclass

import structlog

from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent

from ..adapters.downloads_disk import MediaFolder, sha256_of
from ..adapters.ffmpeg import Ffmpeg
from ..adapters.media import MediaFiles
from ..domain.downloads_ends import DamagedFilm, NotAFilm
from ..domain.downloads_part import Finish
from ..domain.media_facts import lines_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Brought:
    """A film that is an episode's now."""

    media_file_id: int
    size_bytes: int
    duration_s: float


@dataclass(frozen=True)
class Bringing:
    """Looks at a file as at any download, and leaves it where it is."""

    folder: MediaFolder
    ffmpeg: Ffmpeg
    media: MediaFiles
    clock: Clock

    async def bring(self, episode_id: int, given: str) -> Brought:
        """Make a file an episode's. Asked again it says the same, without reading it again.

        Raises `Permanent` with `outside`, `no_file`, `no_episode`, `file_taken`, `not_a_film`,
        `film_damaged`.
        """
        title_id = await self.media.title_of(episode_id)
        if title_id is None:
            raise Permanent("There is no such episode.", code="no_episode")
        path = self.folder.path(given)
        relative = path.relative_to(self.folder.root.resolve()).as_posix()
        try:
            told = await asyncio.to_thread(path.stat)
        except OSError as error:
            raise Permanent(f"There is no file {given!r} below the media folder.", code="no_file") from error
        if not path.is_file() or not told.st_size:
            raise Permanent(f"{given!r} is no file, or an empty one.", code="no_file")
        known = await self.media.at(relative)
        if known is not None and known.episode_id != episode_id:
            raise Permanent(f"{given!r} is another episode's film.", code="file_taken")
        if known is not None and (known.size_bytes, known.mtime_ns) == (told.st_size, told.st_mtime_ns):
            return Brought(known.id, known.size_bytes, known.duration_s)
        try:
            facts = await self.ffmpeg.read(path)
        except NotAFilm as error:
            what = "damaged" if isinstance(error, DamagedFilm) else "no film"
            raise Permanent(f"{given!r} is {what}: {error.message}", code=error.code) from error
        digest = await sha256_of(path)
        after = await asyncio.to_thread(path.stat)
        if (after.st_size, after.st_mtime_ns) != (told.st_size, told.st_mtime_ns):
            raise Permanent(f"{given!r} is still being written.", code="not_a_film")
        finish = Finish(
            path=relative,
            sha256=digest.hex(),
            size=told.st_size,
            duration_s=facts.duration_s,
            container=facts.container,
            quality=lines_of(facts.height, facts.width),
        )
        file_id = await self.media.bring(
            episode_id=episode_id,
            title_id=title_id,
            finish=finish,
            mtime_ns=told.st_mtime_ns,
            now=self.clock.now(),
        )
        log.info("media.brought", path=relative, episode_id=episode_id, size_bytes=told.st_size)
        return Brought(file_id, told.st_size, facts.duration_s)
