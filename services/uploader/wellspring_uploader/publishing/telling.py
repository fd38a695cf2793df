"""What is said about uploads: facts that are stored, progress for those who watch, and figures."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from wellspring_common import metrics
from wellspring_common.events.envelope import Event
from wellspring_common.events.uploads import (
    UploadCompleted,
    UploadFailed,
    UploadProgress,
    UploadSkipped,
    UploadState,
)

from ..domain.progress import Meter, percent
from ..domain.states import UNDER_WAY
from ..domain.upload import Upload

Tell = Callable[[Event], Awaitable[None]]
_WHOLE = frozenset(
    {UploadState.SENT, UploadState.CREATE_INTENT, UploadState.CREATED, UploadState.PUBLISH_INTENT}
    | {UploadState.PUBLISHED, UploadState.ENCODING, UploadState.LIVE, UploadState.REJECTED}
)


def completed(upload: Upload) -> Event:
    """Return the fact that an episode is published."""
    return UploadCompleted(**upload.named, video_id=str(upload.video_id), video_url=upload.video_url)


def failed(upload: Upload, *, next_try_at: datetime) -> Event:
    """Return the fact that a try failed."""
    return UploadFailed(
        **upload.named,
        tries=upload.tries,
        code=upload.error_code or "failed",
        detail=upload.error_detail or "",
        next_try_at=next_try_at,
    )


def skipped(upload: Upload) -> Event:
    """Return the fact that the queue goes on without an episode."""
    return UploadSkipped(
        **upload.named,
        state=upload.state,
        tries=upload.tries,
        code=upload.error_code or "skipped",
        detail=upload.error_detail or "",
    )


def progress(upload: Upload, *, at: datetime, meter: Meter | None = None) -> UploadProgress:
    """Return how far an upload is: the same that is stored."""
    total = upload.size_bytes or 0
    done = total if upload.state in _WHOLE else min(upload.bytes_sent, total)
    return UploadProgress(
        **upload.named,
        seq=upload.seq,
        at=at,
        state=upload.state,
        bytes_sent=done,
        bytes_total=total,
        percent=percent(done, total),
        rate=None if meter is None else meter.rate(),
        eta_s=None if meter is None else meter.eta_s(),
        tries=upload.tries,
        next_try_at=upload.next_try_at,
        reason=upload.error_code,
    )


def count_end(destination: str, before: Upload, after: Upload) -> None:
    """Count what a change of state means for the figures."""
    if before.state is after.state:
        return
    if after.state is UploadState.PUBLISHED:
        metrics.UPLOADS.labels(destination, "success").inc()
        if after.started_at is not None and after.published_at is not None:
            took = (after.published_at - after.started_at).total_seconds()
            metrics.UPLOAD_DURATION.labels(destination).observe(max(took, 0))
    elif after.state in {UploadState.SKIPPED, UploadState.NEEDS_FIX, UploadState.REJECTED}:
        metrics.UPLOADS.labels(destination, "failed").inc()
    elif after.state is UploadState.FAILED and before.state is UploadState.SENDING:
        metrics.UPLOAD_PART_RETRIES.labels(destination, "failed").inc()


def is_under_way(upload: Upload) -> bool:
    """Return whether an upload has its target for itself."""
    return upload.state in UNDER_WAY
