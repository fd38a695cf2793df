"""Storing what a scrape found: newer results win, and what was removed meanwhile stays removed."""

from dataclasses import dataclass

from wellspring_common.events.links import LinkRef
from wellspring_common.events.scrape import FoundLink, LinksScraped, SourceResult
from wellspring_common.postgres import Connection
from wellspring_common.text import storable

from ..domain.merge import fresh_results
from . import queries


@dataclass(frozen=True)
class Stored:
    """The links that are new or changed. `is_late` means that newer jobs hold all of what was found."""

    changed: list[LinkRef]
    is_late: bool


async def store_results(connection: Connection, event: LinksScraped) -> Stored:
    """Store the links of a result in the transaction at hand."""
    wanted = [result.source_id for result in event.results]
    rows = await connection.fetch(queries.KNOWN_SOURCES, wanted, event.episode_id)
    known = {row["id"] for row in rows}
    rows = await connection.fetch(queries.HELD_BY_SOURCES, wanted)
    held = {row["source_id"]: row["job_started_at"] for row in rows}
    changed, late = [], {result.source_id for result in event.results if result.links} & known
    for result in fresh_results(event.results, started_at=event.started_at, held=held):
        if result.source_id not in known:  # removed, or given to another episode meanwhile
            continue
        held_by = (result.source_id, event.job_id, event.started_at)
        if not await connection.fetchval(queries.HOLD_SOURCE, *held_by):  # a newer job was faster
            continue
        late.discard(result.source_id)
        await _see_survivors(connection, event, result)
        changed += [await _store_link(connection, event, result, link) for link in result.links]
    return Stored(changed, is_late=bool(late) and not changed)


async def _see_survivors(connection: Connection, event: LinksScraped, result: SourceResult) -> None:
    """Keep how long the links lived that are about to be replaced alive."""
    links = result.links
    await connection.execute(
        queries.SEE_SURVIVORS,
        [result.source_id] * len(links),
        [link.quality for link in links],
        [link.server for link in links],
        [link.kind.value for link in links],
        [link.container.value for link in links],
        [link.url for link in links],
        event.finished_at,
    )


async def _store_link(
    connection: Connection, event: LinksScraped, result: SourceResult, link: FoundLink
) -> LinkRef:
    row = await connection.fetchrow(
        queries.STORE_LINK,
        result.source_id,
        event.episode_id,
        link.quality,
        link.server,
        link.label,
        link.kind.value,
        link.container.value,
        link.url,
        link.headers,
        link.size_bytes,
        link.language,
        link.verified,
        event.finished_at,
        link.expires_at,
        link.expiry_basis.value,
        None if link.expiry_evidence is None else storable(link.expiry_evidence),
        link.refresh_class.value,
        event.job_id,
    )
    assert row is not None  # noqa: S101  (an upsert returns its row)
    return LinkRef(
        link_id=row["id"],
        generation=row["generation"],
        source_id=result.source_id,
        server=link.server,
        verified=link.verified,
    )
