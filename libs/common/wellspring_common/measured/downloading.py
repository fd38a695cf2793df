"""Films that are brought home, and the disk that they lie on."""

from ..metering import counter, gauge

DOWNLOADS = counter(
    "uploader",
    "wellspring_downloads_total",
    "Downloads that ended.",
    outcome=("succeeded", "failed", "cancelled"),
)
DOWNLOAD_LINKS = counter(
    "uploader",
    "wellspring_download_links_total",
    "Links that downloads opened, by what became of it: one may serve a part of a film and break.",
    outcome=("served", "broke", "other_file"),
)
DOWNLOAD_BYTES = counter("uploader", "wellspring_download_bytes_total", "Bytes of films that came in.")
DOWNLOADS_IN_PROGRESS = gauge(
    "uploader", "wellspring_downloads_in_progress", "Downloads that this uploader works on right now."
)
DOWNLOAD_DISK_FREE = gauge(
    "uploader", "wellspring_download_disk_free_bytes", "What the disk of the media folder has left."
)
MEDIA_FILES = gauge(
    "uploader",
    "wellspring_media_files",
    "Films that should be on the disk, by what was found there.",
    state=("present", "missing", "damaged"),
)
MEDIA_BYTES = gauge(
    "uploader",
    "wellspring_media_bytes",
    "The size of the films that should be on the disk, by what was found there.",
    state=("present", "missing", "damaged"),
)
