"""The making of a video: the intent is written first, and what may have been made is looked for."""

from dataclasses import dataclass, replace
from datetime import datetime

from wellspring_common.errors import DependencyDown, WellspringError
from wellspring_common.events.uploads import UploadState

from ..domain.faults import Phase
from ..domain.looking import is_certainly_missing, look_again
from ..domain.states import Happening
from ..domain.upload import Upload
from ..ports.targets import Sent
from ..ports.uploads import Note
from . import telling
from .desk import Desk, Step
from .landing import made, take_found
from .preparing import known, prepared


@dataclass
class Making:
    """Makes the videos of one target, unpublished."""

    desk: Desk

    async def create(self, upload: Upload) -> Step:
        """Write down that a video is about to be made, and have it made, unpublished."""
        desk = self.desk
        try:
            card, _ = await prepared(desk, upload, None)
            await desk.target()
        except DependencyDown:
            raise
        except WellspringError as error:
            return await desk.fail(upload, Phase.CREATE, error)
        now = desk.clock.now()
        upload = await desk.happen(
            upload, Happening.INTENDED, intended_at=now, video_title=card.title, next_try_at=None
        )
        sent = Sent(upload.session["reference"])
        try:
            video_id = await desk.ask(Phase.CREATE, lambda target: target.create(sent, card))
        except DependencyDown:
            raise
        except WellspringError as error:
            return await desk.fail(upload, Phase.CREATE, error)
        return await made(self.desk, upload, Happening.MADE, video_id)

    async def doubt(self, upload: Upload) -> Step:
        """Whoever wrote the intent was interrupted: the video may be made."""
        session = {**upload.session, "doubt": True, "first_look": None}
        note = Note(code="interrupted", detail="The upload was interrupted while its video was made.")
        await self.desk.happen(
            upload, Happening.UNKNOWN, note, session=session, looks=0, looked_at=None, next_try_at=None
        )
        return Step(did="doubted")

    async def reconcile(self, upload: Upload) -> Step:
        """Look whether the video is there. Only after enough looks it counts as not made."""
        desk = self.desk
        try:
            card, film = await known(desk, upload)
            step = await take_found(desk, upload, card, film)
        except DependencyDown:
            raise
        except WellspringError as error:
            return await desk.fail(upload, Phase.FIND, error)
        if step is not None:
            return step
        now, looks = desk.clock.now(), upload.looks + 1
        said = upload.session.get("first_look")
        first = now if said is None else datetime.fromisoformat(said)
        if not is_certainly_missing(looks, first, now=now, rules=desk.rules):
            session = {**upload.session, "first_look": first.isoformat()}
            looked = replace(
                upload,
                looks=looks,
                looked_at=now,
                session=session,
                next_try_at=look_again(first, now=now, rules=desk.rules),
            )
            await desk.write(
                upload, looked, Note(code="looked", detail=f"Look {looks}: the video is not there.")
            )
            return Step(did="looked")
        return await self._not_there(replace(upload, looks=looks, looked_at=now))

    async def _not_there(self, upload: Upload) -> Step:
        """It was not made: that was a try, and the next one may begin at once."""
        desk = self.desk
        now, tries = desk.clock.now(), upload.tries + 1
        has_given_up = tries >= desk.rules.most_tries
        happening = Happening.GAVE_UP if has_given_up else Happening.FAILED
        state = UploadState.SKIPPED if has_given_up else UploadState.FAILED
        missing = replace(
            upload,
            tries=tries,
            next_try_at=None if has_given_up else now,
            error_code="not_made",
            error_detail=f"The video was looked for {upload.looks} times and is not there.",
        )
        event = (
            telling.skipped(replace(missing, state=state))
            if has_given_up
            else telling.failed(missing, next_try_at=now)
        )
        note = Note(code="not_made", detail=missing.error_detail, events=(event,))
        # Where the last byte makes the video there is nothing to make it of again: the bytes go once more.
        session = {name: value for name, value in upload.session.items() if name not in {"place", "used"}}
        changes = {"session": session} | {
            name: getattr(missing, name)
            for name in ("tries", "next_try_at", "error_code", "error_detail", "looks", "looked_at")
        }
        await desk.happen(upload, happening, note, **changes)
        return Step(did="not made")
