"""Uploads to platforms."""

from ..metering import SLOW, counter, gauge, histogram

UPLOADS = counter(
    "uploader",
    "wellspring_uploads_total",
    "Uploads that ended, by the kind of platform: published, given up, or taken off by a person.",
    destination=("dailymotion", "peertube"),
    outcome=("success", "failed", "cancelled"),
)
UPLOAD_DURATION = histogram(
    "uploader",
    "wellspring_upload_duration_seconds",
    "Time from the start of an upload until its film was published.",
    SLOW,
    destination=("dailymotion", "peertube"),
)
UPLOAD_BYTES = counter(
    "uploader",
    "wellspring_upload_bytes_total",
    "Bytes of films that platforms acknowledged.",
    destination=("dailymotion", "peertube"),
)
UPLOADS_IN_PROGRESS = gauge(
    "uploader", "wellspring_uploads_in_progress", "Uploads that have a target for themselves right now."
)
UPLOADS_STALLED = gauge(
    "uploader", "wellspring_uploads_stalled", "Uploads whose platform acknowledged no byte for a minute."
)
UPLOAD_OLDEST_ACTIVE = gauge(
    "uploader",
    "wellspring_upload_oldest_active_seconds",
    "How long ago the oldest upload that is under way was started.",
)
UPLOAD_PART_RETRIES = counter(
    "uploader",
    "wellspring_upload_part_retries_total",
    "Parts of films, or whole ones, that are sent once more, by the reason.",
    destination=("dailymotion", "peertube"),
    reason=("failed",),
)
