"""Drafts that nobody wants any more are taken away, unless they are published after all."""

from dataclasses import replace
from typing import Any

from wellspring_common.errors import DependencyDown, WellspringError
from wellspring_common.events.uploads import UploadState

from ..domain.faults import Phase
from ..domain.refusals import AccountSuspected, CredentialsRefused
from ..domain.states import PASSED, WAITING, Happening
from ..domain.upload import ChannelState, Upload
from ..ports.targets import Processing, Progress
from ..ports.uploads import Note
from . import telling
from .before import taken_over
from .desk import Desk, Step
from .landing import ALIKE


async def clear(desk: Desk, upload: Upload) -> Step:
    """Take a draft away whose upload has ended, unless it is published after all."""
    video_id = str(upload.video_id)
    now = desk.clock.now()
    try:
        seen = await desk.ask(Phase.LOOK, lambda target: target.look(video_id))
        heir = await desk.uploads.heir(upload) if upload.state is UploadState.REMOVED else None
        if seen.is_published:
            return await _is_out(desk, upload, seen, heir)
        is_ours = not upload.session.get(ALIKE)
        if seen.processing is not Processing.GONE and is_ours:
            await desk.ask(Phase.LOOK, lambda target: target.discard(video_id))
    except DependencyDown:
        raise
    except WellspringError as error:
        later = replace(upload, next_try_at=now + desk.rules.wait_after(desk.rules.most_tries))
        await desk.write(upload, later, told(error))
        return Step(did="not cleared")
    said = f"The draft {video_id} was taken away."
    if not is_ours:
        said = f"The draft {video_id} has no mark of ours, and may be somebody's own: it was left."
    code = "draft_discarded" if is_ours else "draft_left"
    note = Note(code=code, detail=said, leaves_ledger=True)
    clean = replace(
        upload, video_id=None, created_on_target_at=None, session=doubt_of(upload), next_try_at=None
    )
    await desk.write(upload, clean, note)
    return Step(did="cleared")


async def _is_out(desk: Desk, upload: Upload, seen: Progress, heir: Upload | None) -> Step:
    now = desk.clock.now()
    if heir is not None:
        return await _handed_over(desk, upload, seen, heir)
    out = replace(upload, video_url=seen.url)
    note = Note(
        code="published_all_the_same",
        detail="What seemed to have failed is published.",
        events=(telling.completed(out),),
        enters_ledger=True,
    )
    await desk.happen(
        upload,
        Happening.FOUND_PUBLISHED,
        note,
        video_url=seen.url,
        published_at=now,
        completed_at=now,
        next_try_at=now,
        error_code=None,
        error_detail=None,
    )
    return Step(did="published after all")


async def _handed_over(desk: Desk, upload: Upload, seen: Progress, heir: Upload) -> Step:
    """What was taken off is out, and the episode was added again: the video is the newer upload's."""
    if heir.video_id is None and heir.state in (*WAITING, *PASSED):
        return await taken_over(desk, heir, upload, seen.url)
    now, is_same = desk.clock.now(), heir.video_id == upload.video_id
    said = f"The video {upload.video_id} is published; the episode is on the schedule again."
    left = replace(
        upload,
        video_id=None if is_same else upload.video_id,
        published_at=None if is_same else now,
        session=doubt_of(upload),
        next_try_at=None,
    )
    await desk.write(upload, left, Note(code="published_all_the_same", detail=said))
    return Step(did="handed over")


def doubt_of(upload: Upload) -> dict[str, Any]:
    """Return what an upload keeps of a doubt, whatever becomes of it."""
    return {name: value for name, value in upload.session.items() if name in {"doubt", "sweep_at"}}


def told(error: WellspringError) -> Note:
    """Return what is kept of an error of what is done beside the uploads, and how it stops their target."""
    stops = None
    if isinstance(error, CredentialsRefused):
        stops = ChannelState.AUTH_PAUSED
    elif isinstance(error, AccountSuspected):
        stops = ChannelState.HELD
    because = f"{error.code}: {error.message}" if stops else None
    return Note(code=error.code, detail=error.message, stops=stops, stops_because=because)
