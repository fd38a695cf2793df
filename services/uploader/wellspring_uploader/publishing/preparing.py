"""What a platform is told about a film, and the film itself: both as they are at this moment."""

from contextlib import suppress

from ..domain.refusals import FileRefused
from ..domain.templates import BadTemplate
from ..domain.upload import Upload
from ..ports.targets import Card, Film
from ..ports.uploads import Stored
from .desk import Desk, bare_card


async def ready(desk: Desk, upload: Upload) -> tuple[Card, Film]:
    """Return what is sent, with its file. Raises `FileRefused` where that is gone meanwhile."""
    stored = await desk.uploads.film(upload)
    if stored is None or stored.sha256 != upload.sha256:
        raise FileRefused("The film is not on the disk any more: download it again.", code="file_missing")
    return await prepared(desk, upload, stored)


async def prepared(desk: Desk, upload: Upload, stored: Stored | None) -> tuple[Card, Film]:
    """Return what is told and sent. Raises `FileRefused` where it may not be published, and `BadTemplate`."""
    facts = await desk.uploads.facts(upload)
    if facts is None:
        said = "The title was taken out of the library, or nobody may publish it any more."
        raise FileRefused(said, code="may_not_be_published")
    return await desk.card(upload, facts), desk.film(upload, stored)


async def known(desk: Desk, upload: Upload) -> tuple[Card, Film]:
    """Return what a film is known by, whatever became of its title: a draft is to be found."""
    facts, film = await desk.uploads.facts(upload), desk.film(upload, None)
    with suppress(BadTemplate):
        if facts is not None:
            return await desk.card(upload, facts), film
    return bare_card(upload), film
