"""Sends a film as a form, in one go, and tells meanwhile how much of it the platform has."""

import asyncio
import re
from secrets import token_hex

from wellspring_common.errors import WellspringError

from ..domain.platform_answers import Answer
from ..ports.targets import Film, Told
from .film_body import FilmBody
from .wire import Wire

FIELD = "file"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def file_name(film: Film) -> str:
    """Return a name for the film that every host takes."""
    return _UNSAFE.sub("-", film.path.name).strip("-.")[-100:] or "film.mp4"


async def send_form(wire: Wire, url: str, progress_url: str | None, film: Film, told: Told) -> Answer:
    """Return the answer to the whole film. Raises `Interrupted`, or `Transient` where nothing was sent."""
    boundary = f"wellspring-{token_hex(16)}"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{FIELD}"; filename="{file_name(film)}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    body = FilmBody(
        film,
        0,
        film.size_bytes,
        stall_s=wire.settings.stall_s,
        head=head,
        tail=f"\r\n--{boundary}--\r\n".encode(),
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    sending = asyncio.create_task(wire.send("POST", url, body, headers))
    watching = asyncio.create_task(_watch(wire, progress_url, film, body, told))
    try:
        await asyncio.wait({sending, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():  # whoever listens wants no more of it, and says so by an error
            watching.result()
        return await sending
    finally:
        for task in (sending, watching):
            task.cancel()
        await asyncio.gather(sending, watching, return_exceptions=True)


async def _watch(wire: Wire, progress_url: str | None, film: Film, body: FilmBody, told: Told) -> None:
    """Tell now and then what the platform says that it has; where it says nothing, what its kernel took."""
    most = 0
    while True:
        await asyncio.sleep(wire.settings.progress_every_s)
        received = None if progress_url is None else await _received(wire, progress_url)
        if received is None:
            received = body.acknowledged
        if most < received:
            most = min(received, film.size_bytes)
            await told(most)


async def _received(wire: Wire, progress_url: str) -> int | None:
    try:
        answer = await wire.call("GET", progress_url)
    except WellspringError:
        return None
    found = answer.object.get("received")
    try:
        return int(str(found)) if answer.fine and answer.object.get("state") != "error" else None
    except ValueError:
        return None
