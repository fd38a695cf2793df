"""The publication of a video that was made: asked for twice, it is published once."""

from dataclasses import dataclass, replace

from wellspring_common.errors import DependencyDown, WellspringError
from wellspring_common.events.uploads import UploadState

from ..domain.faults import Phase, must_be_settled
from ..domain.states import Happening
from ..domain.upload import Upload
from ..ports.uploads import Note
from . import telling
from .desk import Desk, Step
from .landing import out
from .preparing import prepared


@dataclass
class Releasing:
    """Publishes the videos of one target."""

    desk: Desk

    async def publish(self, upload: Upload) -> Step:
        """Publish the video that was made: asked for twice, it is published once."""
        desk = self.desk
        if must_be_settled(upload, desk.rules):
            return await self._settle(upload)
        video_id = str(upload.video_id)
        try:
            card, _ = await prepared(desk, upload, None)
            await desk.target()
            if upload.state is UploadState.CREATED:
                upload = await desk.happen(upload, Happening.PUBLISHING, next_try_at=None)
            await desk.ask(Phase.PUBLISH, lambda target: target.publish(video_id, card))
        except DependencyDown:
            raise
        except WellspringError as error:
            return await desk.fail(upload, Phase.PUBLISH, error)
        return await out(desk, upload, Happening.PUBLISHED, video_id=video_id, url=upload.video_url)

    async def _settle(self, upload: Upload) -> Step:
        """Publishing failed for the last time, as far as we were told: the video itself knows better."""
        desk = self.desk
        video_id = str(upload.video_id)
        try:
            seen = await desk.ask(Phase.LOOK, lambda target: target.look(video_id))
        except DependencyDown:
            raise
        except WellspringError as error:
            return await desk.fail(upload, Phase.LOOK, error)
        if seen.is_published:
            return await out(desk, upload, Happening.FOUND_PUBLISHED, video_id=video_id, url=seen.url)
        skipped = replace(upload, state=UploadState.SKIPPED)
        note = Note(code=upload.error_code, detail=upload.error_detail, events=(telling.skipped(skipped),))
        await desk.happen(upload, Happening.GAVE_UP, note, next_try_at=None)
        return Step(did="given up")
