"""Storing what a scrape found: newer results win, and what was removed meanwhile stays removed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wellspring_common.events.links import LinkRef
from wellspring_common.events.scrape import ExpiryBasis, FoundLink, LinksScraped, SourceResult
from wellspring_common.postgres import Connection

from ..domain.belief import Before, Belief, believed
from ..domain.lifetimes import NEWEST, Lifetime, Observation, learn
from ..domain.merge import fresh_results
from . import queries

_Place = tuple[int | None, str, str, str]


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
    lives = await _lives(connection, event.results)
    changed, late = [], {result.source_id for result in event.results if result.links} & known
    for result in fresh_results(event.results, started_at=event.started_at, held=held):
        if result.source_id not in known:  # removed, or given to another episode meanwhile
            continue
        held_by = (result.source_id, event.job_id, event.started_at)
        if not await connection.fetchval(queries.HOLD_SOURCE, *held_by):  # a newer job was faster
            continue
        late.discard(result.source_id)
        await _see_survivors(connection, event, result)
        befores = await _befores(connection, result.source_id)
        for link in result.links:
            before = befores.get((link.quality, link.server, link.kind.value, link.container.value))
            belief = believed(link, before, lives.get(link.server), seen_at=event.finished_at)
            changed.append(await _store_link(connection, event, result, link, belief))
    return Stored(changed, is_late=bool(late) and not changed)


async def _lives(connection: Connection, results: Iterable[SourceResult]) -> Mapping[str, Lifetime]:
    """Return what was learned of the servers whose links do not say when they die."""
    guessed = {
        link.server for result in results for link in result.links if link.expiry_basis is ExpiryBasis.DEFAULT
    }
    seen: dict[str, list[Observation]] = {}
    for row in await connection.fetch(queries.LIVES_SEEN, sorted(guessed), NEWEST) if guessed else []:
        one = Observation(row["alive_for_s"], row["dead_by_s"], row["seen_at"])
        seen.setdefault(row["server"], []).append(one)
    learned = {server: learn(observations) for server, observations in seen.items()}
    return {server: life for server, life in learned.items() if life is not None}


async def _befores(connection: Connection, source_id: int) -> Mapping[_Place, Before]:
    rows = await connection.fetch(queries.HELD_LINKS, source_id)
    return {
        (row["quality"], row["server"], row["kind"], row["container"]): Before(
            row["url"],
            row["made_at"],
            Belief(row["expires_at"], ExpiryBasis(row["expiry_basis"]), row["expiry_evidence"]),
        )
        for row in rows
    }


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
    connection: Connection, event: LinksScraped, result: SourceResult, link: FoundLink, belief: Belief
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
        belief.expires_at,
        belief.basis.value,
        belief.evidence,
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
