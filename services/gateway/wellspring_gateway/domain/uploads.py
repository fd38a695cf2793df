"""Uploads in the words of `upload-scheduler.md`, and what is shown of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wellspring_common.events.uploads import UploadState

PENDING, UPLOADING, COMPLETED, FAILED, SKIPPED = "pending", "uploading", "completed", "failed", "skipped"
WORDS = (PENDING, UPLOADING, COMPLETED, FAILED, SKIPPED)
"""The seed's states, in the order in which it counts them."""
WORD_OF: Mapping[str, str] = {
    UploadState.PLANNED: PENDING,
    UploadState.QUOTA_WAIT: PENDING,
    UploadState.SESSION: UPLOADING,
    UploadState.SENDING: UPLOADING,
    UploadState.SENT: UPLOADING,
    UploadState.CREATE_INTENT: UPLOADING,
    UploadState.CREATED: UPLOADING,
    UploadState.PUBLISH_INTENT: UPLOADING,
    UploadState.UNCONFIRMED: UPLOADING,
    UploadState.PUBLISHED: COMPLETED,
    UploadState.ENCODING: COMPLETED,
    UploadState.LIVE: COMPLETED,
    UploadState.FAILED: FAILED,
    UploadState.SKIPPED: SKIPPED,
    UploadState.NEEDS_FIX: SKIPPED,
    UploadState.REJECTED: SKIPPED,
}
"""Ours to the seed's. One that was removed is on no schedule any more."""


def states_of(word: str) -> tuple[str, ...]:
    """Return our states that the seed has one word for."""
    return tuple(str(state) for state, known in WORD_OF.items() if known == word)


def counted(by_state: Mapping[str, int]) -> dict[str, int]:
    """Return the six counters: `total` and one for each of the seed's words."""
    found = dict.fromkeys(WORDS, 0)
    for state, uploads in by_state.items():
        if state in WORD_OF:
            found[WORD_OF[state]] += uploads
    return {"total": sum(found.values()), **found}


def percent(state: str, sent: int, size: int | None) -> int:
    """Return how much of an upload is done, of 100: all of it only where the platform has published it."""
    word = WORD_OF.get(state)
    if word == COMPLETED:
        return 100
    if word != UPLOADING or not size:
        return 0
    return min(99, sent * 100 // size)


def seed_message(subject: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a WebSocket message for what the uploader said: the names are the seed's."""
    if subject == "upload.scheduled":
        return {
            "seriesId": said.get("title_id"),
            "seriesTitle": said.get("title"),
            "episodesScheduled": said.get("episodes"),
            "scheduleStartTime": instant(said.get("starts_at")),
        }
    if subject.startswith(("live.download", "download.")):
        return _download_message(said)
    found = {
        "uploadId": said.get("upload_id"),
        "episodeId": said.get("episode_id"),
        "seriesId": said.get("title_id"),
        "seriesTitle": said.get("title"),
        "episodeIndex": said.get("ordinal"),
    }
    if subject.startswith("live."):
        bytes_ = {"bytesSent": said.get("bytes_sent"), "bytesTotal": said.get("bytes_total")}
        now = {"progress": said.get("percent"), "state": said.get("state"), "seq": said.get("seq")}
        return {**found, **now, **bytes_}
    if subject in {"upload.failed", "upload.skipped"}:
        return {**found, "error": said.get("detail"), "code": said.get("code")}
    return {**found, "videoId": said.get("video_id"), "videoUrl": said.get("video_url")}


def _download_message(said: Mapping[str, Any]) -> dict[str, Any]:
    done, total = said.get("bytes_done"), said.get("bytes_total")
    found = {
        "downloadId": said.get("download_id"),
        "episodeId": said.get("episode_id"),
        "seriesId": said.get("title_id"),
    }
    if "at" not in said:
        return {**found, "error": said.get("detail"), "code": said.get("code")} if "code" in said else found
    return {
        **found,
        "state": said.get("state"),
        "progress": min(100, done * 100 // total) if done is not None and total else None,
        "bytesSent": done,
        "bytesTotal": total,
        "server": said.get("server"),
        "at": said.get("at"),
    }


def instant(at: object) -> str | None:
    """Return a moment as the seed writes it: milliseconds and a Z."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    if not isinstance(at, datetime):
        return None
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
