"""What earlier uploads of an episode have left on the channel: it is looked at before another one goes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wellspring_common.errors import DependencyDown, WellspringError

from ..domain.faults import Phase
from ..domain.own_films import has_marker
from ..domain.scheduling import marker_of
from ..domain.states import Happening
from ..domain.upload import Upload
from ..ports.targets import Film, Made
from ..ports.uploads import Former
from .desk import Desk, Step, bare_card
from .landing import out


async def out_before(desk: Desk, upload: Upload) -> Step | None:
    """Take over what an earlier upload of the episode has published. Nothing: it is still to go out.

    Where a series was taken off while its publication was in doubt, the channel itself knows. Where the
    channel was removed and added again, it is searched for what the ledger has of it.
    """
    try:
        for earlier in await desk.uploads.earlier(upload):
            step = await _in_doubt(desk, upload, earlier)
            if step is not None:
                return step
        for former in await desk.uploads.formers(upload):
            step = await _former(desk, upload, former)
            if step is not None:
                return step
    except DependencyDown:
        raise
    except WellspringError as error:
        return await desk.fail(upload, Phase.LOOK, error)
    return None


async def taken_over(desk: Desk, upload: Upload, earlier: Upload, url: str | None) -> Step:
    """Give an upload the video that an earlier one of the same episode has published."""
    same = replace(
        upload,
        sha256=earlier.sha256,
        size_bytes=earlier.size_bytes,
        duration_s=earlier.duration_s,
        video_title=earlier.video_title,
        created_on_target_at=earlier.created_on_target_at,
    )
    return await out(desk, same, Happening.FOUND_PUBLISHED, video_id=str(earlier.video_id), url=url)


async def _in_doubt(desk: Desk, upload: Upload, earlier: Upload) -> Step | None:
    video_id = str(earlier.video_id)
    seen = await desk.ask(Phase.LOOK, lambda target: target.look(video_id))
    return await taken_over(desk, upload, earlier, seen.url) if seen.is_published else None


async def _former(desk: Desk, upload: Upload, former: Former) -> Step | None:
    marker = marker_of(former.upload_id)
    for made in await _found(desk, upload, former, marker):
        if not has_marker(made.tags, marker):
            continue
        if former.is_out or made.is_published:
            same = replace(
                upload,
                sha256=former.sha256,
                size_bytes=former.size_bytes,
                duration_s=former.duration_s,
                video_title=made.title,
                created_on_target_at=former.created_on_target_at,
            )
            return await out(desk, same, Happening.FOUND_PUBLISHED, video_id=made.video_id, url=made.url)
        await desk.discard_twin(upload, made.video_id)
    return None


async def _found(desk: Desk, upload: Upload, former: Former, marker: str) -> Sequence[Made]:
    card = replace(bare_card(upload), tags=(marker,), marker=marker)
    film = Film(Path(), former.size_bytes, former.duration_s, former.sha256)
    at = former.created_on_target_at
    return await desk.ask(Phase.FIND, lambda target: target.find(card, film, since=at, until=at))
