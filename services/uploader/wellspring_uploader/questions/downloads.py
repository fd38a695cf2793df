"""The answers about downloads: `ask.uploader.download`, `.decide_download` and `.bring`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from wellspring_common.bus.port import Reply
from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.events.permissions import ASK_UPLOADER
from wellspring_common.postgres import Database
from wellspring_common.uploading import (
    BringFiles,
    Brought,
    DecideDownload,
    Done,
    Downloading,
    Question,
    Refusal,
    RequestDownloads,
)

from ..adapters.downloads_asking import Wish, ask_for, decide
from ..adapters.downloads_disk import MediaFolder
from ..downloads.bringing import Bringing
from ..downloads.worker import Worker

Q = TypeVar("Q", bound=BaseModel)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class DownloadAnswers:
    """What the uploader answers about downloads. What is answered is committed."""

    database: Database
    folder: MediaFolder
    bringing: Bringing
    worker: Worker
    clock: Clock

    def replies(self) -> Mapping[str, Reply]:
        """Return the table of questions."""
        return {
            f"{ASK_UPLOADER}.{Question.DOWNLOAD}": _said(RequestDownloads, self.download),
            f"{ASK_UPLOADER}.{Question.DECIDE_DOWNLOAD}": _said(DecideDownload, self.decide),
            f"{ASK_UPLOADER}.{Question.BRING}": _said(BringFiles, self.bring),
        }

    async def download(self, asked: RequestDownloads) -> BaseModel:
        """Queue what is not here yet."""
        wish = Wish(asked.request_id, asked.title_id, asked.requested_by, asked.episode_ids, asked.quality)
        async with self.database.transaction() as connection:
            granted = await ask_for(connection, wish, now=self.clock.now())
        self.worker.wake()
        log.info("downloads.requested", title_id=asked.title_id, queued=granted.queued)
        return Downloading(queued=granted.queued, running=granted.running, present=granted.present)

    async def decide(self, asked: DecideDownload) -> BaseModel:
        """Cancel, pause, go on with or try a download again."""
        async with self.database.transaction() as connection:
            decided = await decide(connection, asked.download_id, asked.action, now=self.clock.now())
        if decided is not None:
            log.info(
                "download.decided",
                download_id=str(asked.download_id),
                action=asked.action,
                asked_by=asked.asked_by,
            )
        if asked.action in {"cancel", "pause"}:
            await self.worker.stop(asked.download_id)
        if asked.action == "cancel":
            await self.folder.forget(asked.download_id)
        self.worker.wake()
        return Done()

    async def bring(self, asked: BringFiles) -> BaseModel:
        """Take over a file that is there."""
        found = await self.bringing.bring(asked.episode_id, asked.path)
        return Brought(
            media_file_id=found.media_file_id, size_bytes=found.size_bytes, duration_s=found.duration_s
        )


def _said(kind: type[Q], answer: Callable[[Q], Awaitable[BaseModel]]) -> Reply:
    """Return a reply that reads its question, and says a refusal as an answer."""

    async def reply(payload: bytes) -> bytes:
        said: BaseModel
        try:
            said = await answer(kind.model_validate_json(payload))
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
            told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong)
            said = Refusal(code="bad_question", detail=told[:2000])
        except WellspringError as error:
            said = Refusal(code=error.code, detail=error.message[:2000])
        return said.model_dump_json().encode()

    return reply
