"""What the clients of the seeds' WebSocket are told: `{"type": ..., "data": {...}}`, names in camel case."""

from collections.abc import Mapping
from typing import Any

from .uploads import seed_message

UPLOADS: Mapping[str, str] = {
    "upload.scheduled": "upload_scheduled",
    "live.upload": "upload_progress",
    "upload.completed": "upload_complete",
    "upload.failed": "upload_error",
    "upload.skipped": "upload_error",
    "live.download": "download_progress",
    "download.completed": "download_complete",
    "download.failed": "download_error",
}
"""The four of `upload-scheduler.md`, and downloads likewise, by the subjects that they are said on."""
FACTS: Mapping[str, str] = {
    "scrape.requested": "scrape_queued",
    "scrape.started": "scrape_started",
    "links.updated": "links_updated",
    "links.died": "links_died",
    "links.revived": "links_revived",
    "catalog.changed": "catalog_changed",
}
_SHOWN = (
    "episode_id",
    "episode_ids",
    "title_id",
    "job_id",
    "state",
    "error_code",
    "reason",
    "lane",
    "change",
)
"""What of a fact goes out: no address of a link, and no page of a source."""


def message_of(subject: str, said: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the message for something that was said on the bus, or nothing for what clients don't follow."""
    for known, name in UPLOADS.items():
        if subject == known or subject.startswith(f"{known}."):
            return {"type": name, "data": seed_message(known, said)}
    for known, name in FACTS.items():
        if subject == known or subject.startswith(f"{known}."):
            shown = {_camel(key): said[key] for key in _SHOWN if said.get(key) is not None}
            if isinstance(said.get("links"), list):
                shown["links"] = len(said["links"])
            return {"type": name, "data": shown}
    return None


def is_for_operators(message: Mapping[str, Any]) -> bool:
    """Return whether only those are told who may operate: films on their way are nobody else's business."""
    return message["type"] in UPLOADS.values()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
