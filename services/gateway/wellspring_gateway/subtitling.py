"""Keeping subtitles: fetched where they have to be, read, and stored as WebVTT."""

import asyncio

from wellspring_common.errors import Permanent, Transient

from .domain.documents.watching import NewSubtitles, Subtitles
from .domain.subtitles import LARGEST_FILE, text_of, to_vtt
from .door import Door
from .ports.answers import Keep
from .watching import SubtitleFile


async def keep_subtitles(
    door: Door, episode_id: int, new: NewSubtitles, *, keep: Keep | None = None
) -> Subtitles | None:
    """Store subtitles, nothing for no episode.

    Raises `Permanent`: `not_subtitles`, `too_large`, `subtitles_exist`, `too_many`, and `bad_subtitles` for a
    file that can't be had.
    """
    body, url = new.body(), None
    if body is None:
        body, url = await _fetched(door, new.url or "")
    if len(body) > LARGEST_FILE:
        raise Permanent(f"A subtitle file has {LARGEST_FILE // 1024} KiB at most.", code="too_large")
    # a long file would keep other requests waiting
    vtt = await asyncio.to_thread(lambda: to_vtt(text_of(body, new.encoding)))
    file = SubtitleFile(new.language, new.label or "", vtt, url)
    return await door.watching.subtitles.add(episode_id, file, now=door.clock.now(), keep=keep)


async def _fetched(door: Door, given: str) -> tuple[bytes, str]:
    try:
        url = door.vet(given)
    except Permanent as error:
        raise Permanent(f"url: {error.message}", code="invalid") from None
    try:
        return await door.watching.files.fetch(url), url
    except (Permanent, Transient) as error:
        raise Permanent(f"The file could not be fetched: {error.message}", code="bad_subtitles") from None
