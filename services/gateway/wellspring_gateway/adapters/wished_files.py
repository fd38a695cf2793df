"""Files that somebody wants of what a crawl will find: asked for as soon as it is known."""

from datetime import datetime
from uuid import UUID

from wellspring_common.bus.port import Delivery
from wellspring_common.events.downloads import DownloadRequested
from wellspring_common.ids import derived_id
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection

_WISH = "insert into catalog.download_wishes (job_id, requested_by) values ($1, $2) on conflict do nothing"
_WISHED_BY = "select requested_by from catalog.download_wishes where job_id = $1"
_TITLE_OF_CRAWL = """
select r.title_id
from links.jobs as j
join catalog.catalogues as c on c.id = j.catalogue_id
join catalog.catalog_refs as r
    on r.definition = c.definition and r.kind = 'title' and r.external_key = j.query
join catalog.titles as t on t.id = r.title_id and t.deleted_at is null
where j.id = $1
"""


async def wish(connection: Connection, job_id: UUID, *, by: str) -> None:
    """Remember that the files of what a crawl finds are wanted."""
    await connection.execute(_WISH, job_id, by)


async def wished_by(connection: Connection, job_id: UUID) -> str | None:
    """Return who wants the files of what a crawl finds, if anybody does."""
    found: str | None = await connection.fetchval(_WISHED_BY, job_id)
    return found


async def ask_for(
    connection: Connection, outbox: Outbox, delivery: Delivery, title_id: int, *, by: str, now: datetime
) -> None:
    """Ask the uploader for all files of a title, once for each event that brought some of its episodes."""
    request_id = derived_id(delivery.envelope.event_id, f"{DownloadRequested.subject}/{title_id}")
    event = DownloadRequested(request_id=request_id, title_id=title_id, requested_by=by, requested_at=now)
    await outbox.add(connection, event, now=now, event_id=request_id, cause=delivery.envelope)


async def ask_at_end(
    connection: Connection, outbox: Outbox, delivery: Delivery, job_id: UUID, *, now: datetime
) -> None:
    """Ask once more at the end of a crawl: the wish may have come after its title was stored."""
    by = await wished_by(connection, job_id)
    if by is None:
        return
    title_id = await connection.fetchval(_TITLE_OF_CRAWL, job_id)
    if title_id is not None:
        await ask_for(connection, outbox, delivery, title_id, by=by, now=now)
