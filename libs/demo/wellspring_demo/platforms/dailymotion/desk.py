"""Keeps the upload addresses: gives them out, lets them die, and says what came to them."""

import secrets
from pathlib import Path

from ...domain.platforms.boxes import FilmFacts
from ..films import facts_of
from .records import DONE, ERROR, STARTING, UPLOADING, Upload
from .studio import Studio

SUFFIX = ".mp4"


class NoUpload(Exception):
    """This address takes nothing."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class Desk:
    """All upload addresses of the platform, whichever host they are at."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.live: dict[str, int] = {}
        """Bytes that an upload which is under way has brought so far."""
        self.size: dict[str, int] = {}
        for upload in studio.shelf.all("upload"):
            if upload.state == UPLOADING and not upload.parts:
                self.end(upload, ERROR)

    def open(self) -> Upload:
        """A new address, at the next of the hosts in use."""
        hosts = self._studio.settings.upload_hosts
        number, now = len(self._studio.shelf.all("upload")), self._studio.clock.now()
        upload = Upload(
            secrets.token_hex(16),
            secrets.token_hex(16),
            hosts[number % len(hosts)],
            created_at=now,
            active_at=now,
        )
        self._studio.shelf.keep("upload", upload.uuid, upload)
        return upload

    def path(self, upload: Upload) -> Path:
        """Where the bytes of an upload are."""
        return self._studio.films / f"{upload.uuid}{SUFFIX}"

    def taking(self, uuid: str, seal: str, host: str) -> Upload:
        """The upload that may come to this address; raises NoUpload."""
        upload: Upload | None = self._studio.shelf.find("upload", uuid)
        if upload is None or upload.host != host:
            raise NoUpload(404, "unknown upload")
        if not secrets.compare_digest(upload.seal.encode(), seal.encode()):
            raise NoUpload(403, "invalid seal")
        if upload.state == ERROR:
            raise NoUpload(410, "this upload failed: get a new upload url")
        if (
            upload.state != DONE
            and self._studio.clock.now() > upload.active_at + self._studio.settings.idle_s
        ):
            self.end(upload, ERROR)
            raise NoUpload(410, "this upload url has expired")
        return upload

    def touch(self, upload: Upload) -> None:
        """Note a sign of life."""
        upload.active_at = self._studio.clock.now()

    def begin(self, upload: Upload) -> None:
        """Bytes are coming."""
        self.touch(upload)
        upload.state = UPLOADING
        self._studio.shelf.keep("upload", upload.uuid, upload)

    def keep(self, upload: Upload) -> None:
        """Write an upload down."""
        self._studio.shelf.keep("upload", upload.uuid, upload)

    def end(self, upload: Upload, state: str) -> None:
        """No more bytes come; of a failed one nothing stays."""
        upload.state = state
        if state == ERROR:
            self.path(upload).unlink(missing_ok=True)
        self.live.pop(upload.uuid, None)
        self.keep(upload)

    async def complete(self, upload: Upload, name: str, digest: str, origin: str) -> dict[str, str]:
        """Write the receipt of a whole file, and return it."""
        path = self.path(upload)
        size, facts = path.stat().st_size, await facts_of(path)
        upload.receipt = receipt(upload, name, size, facts, digest) | {"url": f"{origin}/files/{path.name}"}
        upload.done_at, upload.total = self._studio.clock.now(), size
        self.touch(upload)
        self.end(upload, DONE)
        return upload.receipt

    def progress(self, uuid: str) -> dict[str, str | int]:
        """What the progress address tells; raises NoUpload."""
        upload: Upload | None = self._studio.shelf.find("upload", uuid)
        if upload is None:
            raise NoUpload(404, "unknown upload")
        idle = self._studio.clock.now() > upload.active_at + self._studio.settings.idle_s
        if idle and upload.state in {STARTING, UPLOADING}:
            self.end(upload, ERROR)
        told: dict[str, str | int] = {"state": upload.state}
        if upload.state == UPLOADING:
            held = sum(stop - start for start, stop in upload.parts)
            told |= {"size": upload.total, "received": held + self.live.get(uuid, 0)}
        return told


def receipt(upload: Upload, name: str, size: int, facts: FilmFacts | None, digest: str) -> dict[str, str]:
    """The fields of an upload host's answer, all of them text; `url` is still to come."""
    width, height = (facts.width, facts.height) if facts else (0, 0)
    milliseconds = facts.milliseconds if facts else 0
    return {
        "acodec": "AAC" if facts else "",
        "vcodec": "AVC" if facts else "",
        "bitrate": str(size * 8_000 // milliseconds) if milliseconds else "0",
        "dimension": f"{width}x{height}",
        "duration": str(milliseconds),
        "format": "MPEG-4" if facts else "unknown",
        "hash": digest,
        "name": Path(name).stem,
        "seal": upload.seal,
        "size": str(size),
        "streamable": "Yes" if facts else "No",
    }
