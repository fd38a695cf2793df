"""What crawls remember, in a bucket: short values under names that any text can have."""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog

from wellspring_common.bus.port import Values
from wellspring_common.errors import DependencyDown
from wellspring_common.events.crawl import CatalogCrawled, CrawlFinished

from ..domain.crawl_memory import Remembered, Validators, short
from ..ports import Progress, SeenList

LARGEST = 256 * 1024
"""A value that is larger, compressed, is not kept: its page is read anew."""
_LARGEST_OPEN = 8 * 1024 * 1024

log = structlog.get_logger(__name__)

_T = TypeVar("_T")


@dataclass(frozen=True)
class SeenBucket:
    """Keeps what crawls know of titles, lists and their own jobs. A full bucket takes nothing new."""

    values: Values

    async def title(self, catalogue_id: int, key: str) -> Remembered | None:
        """Return what is known of a title. Raises `DependencyDown`."""
        return await self._read(f"title.{catalogue_id}.{short(key)}", _remembered)

    async def remember_title(self, catalogue_id: int, key: str, known: Remembered) -> None:
        """Keep what is known of a title. Raises `DependencyDown`."""
        await self._write(f"title.{catalogue_id}.{short(key)}", _plain(known))

    async def list_page(self, catalogue_id: int, name: str) -> SeenList | None:
        """Return what is known of one page of a list. Raises `DependencyDown`."""
        return await self._read(f"list.{catalogue_id}.{short(name)}", _list)

    async def remember_list(self, catalogue_id: int, name: str, known: SeenList) -> None:
        """Keep what is known of one page of a list. Raises `DependencyDown`."""
        value = {
            "etag": known.validators.etag,
            "modified": known.validators.modified,
            "entries": known.entries,
            "next": known.next_url,
        }
        await self._write(f"list.{catalogue_id}.{short(name)}", value)

    async def progress(self, job_id: UUID) -> Progress:
        """Return how far a job is. Raises `DependencyDown`."""
        return await self._read(f"job.{job_id}", _progress) or Progress()

    async def keep_progress(self, job_id: UUID, progress: Progress) -> None:
        """Keep how far a job is. Raises `DependencyDown`."""
        doubt, end = progress.in_doubt, progress.finished
        value = {
            "reported": sorted(progress.reported),
            "unchanged": sorted(progress.unchanged),
            "in_doubt": None if doubt is None else doubt.model_dump(mode="json"),
            "to_remember": {key: _plain(known) for key, known in progress.to_remember.items()},
            "finished": None if end is None else end.model_dump(mode="json"),
        }
        await self._write(f"job.{job_id}", value)

    async def _read(self, key: str, made: Callable[[Mapping[str, Any]], _T]) -> _T | None:
        value = await self.values.get(key)
        if not value:
            return None
        try:
            return made(json.loads(zlib.decompressobj().decompress(value, _LARGEST_OPEN)))
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            log.warning("memory.unreadable", key=key, reason=str(error)[:200])  # of another version
            return None

    async def _write(self, key: str, value: Mapping[str, Any]) -> None:
        packed = zlib.compress(json.dumps(value, separators=(",", ":")).encode())
        if len(packed) > LARGEST:
            log.warning("memory.too_large", key=key, size=len(packed))
            return
        try:
            await self.values.put(key, packed)
        except DependencyDown as error:
            if error.code != "stream_full":
                raise
            log.warning("memory.full", key=key)


def _plain(known: Remembered) -> dict[str, str]:
    return {
        "definition": known.definition,
        "url": known.url,
        "digest": known.digest,
        "mark": known.mark,
        "read_at": known.read_at.isoformat(),
        "etag": known.validators.etag,
        "modified": known.validators.modified,
    }


def _remembered(value: Mapping[str, Any]) -> Remembered:
    return Remembered(
        definition=value["definition"],
        url=value["url"],
        digest=value["digest"],
        mark=value["mark"],
        read_at=datetime.fromisoformat(value["read_at"]),
        validators=Validators(value["etag"], value["modified"]),
    )


def _list(value: Mapping[str, Any]) -> SeenList:
    entries = tuple((str(key), str(url), str(title), str(mark)) for key, url, title, mark in value["entries"])
    return SeenList(Validators(value["etag"], value["modified"]), entries, value["next"])


def _progress(value: Mapping[str, Any]) -> Progress:
    doubt, end = value["in_doubt"], value["finished"]
    return Progress(
        reported=frozenset(value["reported"]),
        unchanged=frozenset(value["unchanged"]),
        in_doubt=None if doubt is None else CatalogCrawled.model_validate(doubt),
        to_remember={key: _remembered(known) for key, known in value["to_remember"].items()},
        finished=None if end is None else CrawlFinished.model_validate(end),
    )
