"""Dead letters of real services, and what became of the effect that each of them stands for."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from tests.chaos.claim import WELL, Claim
from tests.chaos.ledger import reading, stored, streams
from tests.chaos.popular import popularities
from tests.chaos.truth import SCHEMAS, Mark
from wellspring_cli.stack import DEFAULT_PREFIX, Stack
from wellspring_common import dead_letters
from wellspring_common.dead_letters import Address, Wanted
from wellspring_common.events.envelope import EVENT_ID, MESSAGE_ID
from wellspring_common.events.specs import REPLAY, subject_on
from wellspring_common.events.topology import EVENTS, PLAYBACK

_KNOWN = """
select count(*) from unnest($1::bigint[], $2::int[]) as told (link_id, generation)
join health.link_health as held on held.link_id = told.link_id and held.generation >= told.generation
"""
_COUNTED = """
select coalesce(sum(titles_added + titles_changed + titles_unchanged + refused), 0)
from catalog.crawl_results where job_id = $1
"""
_TOLD = """
select convert_from(payload, 'utf8') from links.outbox where id > $1 and subject = 'links.updated'
"""


@dataclass(frozen=True)
class Letter:
    """One letter as people see it."""

    address: str
    consumer: str
    event: str
    event_id: UUID
    code: str
    outcome: str
    decided_by: str | None
    subject: str
    headers: dict[str, str]
    payload: dict[str, Any]
    raw: bytes

    @property
    def said(self) -> tuple[str, dict[str, str], bytes]:
        """Return the message that was given up."""
        return self.subject, self.headers, self.raw


@dataclass(frozen=True)
class Due:
    """How often something should be there, and how often it is."""

    what: str
    expected: int
    found: int


async def letters_since(stack: Stack, since: Mark) -> list[Letter]:
    """Return every letter that somebody's service wrote since a mark, whatever became of it."""
    async with reading(stack) as connection:
        rows = await dead_letters.find(connection, Wanted(state=None, since=since.at), limit=1000)
        whole = [await dead_letters.read(connection, Address.parse(row["address"])) for row in rows]
    told = [{**each, "event_id": UUID(each["event_id"])} for each in whole if each is not None]
    return [Letter(**{field.name: each[field.name] for field in fields(Letter)}) for each in told]


async def book(
    stack: Stack, letters: Sequence[Letter], since: Mark, *, kills: int = 0, redelivered: int = 0
) -> Claim:
    """Return what became of letters. The plays among them must be all that their episodes ever had."""
    dues = [
        *await _plays(stack, letters),
        *await _titles(stack, letters),
        *await _links(stack, letters, since),
    ]
    dues += await _known(stack, letters)
    return Claim(
        committed=sum(each.expected for each in dues),
        effects=sum(min(each.expected, each.found) for each in dues),
        lost=sum(max(each.expected - each.found, 0) for each in dues),
        twice=sum(max(each.found - each.expected, 0) for each in dues),
        kills=kills,
        redelivered=redelivered,
        why=tuple(str(each) for each in dues if each.expected != each.found),
    )


async def _plays(stack: Stack, letters: Sequence[Letter]) -> list[Due]:
    """A play makes its episode one play more popular."""
    started: defaultdict[int, set[UUID]] = defaultdict(set)
    for each in _of("playback.started", letters):
        started[each.payload["episode_id"]].add(each.event_id)
    out = await popularities(stack, started)
    return [Due(f"plays of {each}", len(ids), len(ids) + round(out[each])) for each, ids in started.items()]


async def _titles(stack: Stack, letters: Sequence[Letter]) -> list[Due]:
    """A title that a crawl found is counted with it."""
    titles: Counter[str] = Counter()
    for each in _of("catalog.crawled", letters):
        titles[each.payload["job_id"]] += len(each.payload["titles"])
    async with reading(stack) as connection:
        return [
            Due(f"titles of crawl {job}", due, int(await connection.fetchval(_COUNTED, UUID(job))))
            for job, due in titles.items()
        ]


async def _links(stack: Stack, letters: Sequence[Letter], since: Mark) -> list[Due]:
    """A scrape's links are stored, and told in the same transaction."""
    async with reading(stack) as connection:
        rows = await connection.fetch(_TOLD, since.rows["links"])
    said = [json.loads(row[0]) for row in rows]
    told = Counter(event["job_id"] for event in said if event["state"] in WELL)
    jobs = [each.payload["job_id"] for each in _of("links.scraped", letters)]
    jobs += [each.payload["job_id"] for each in _of("scrape.requested", letters)]
    return [Due(f"links of job {job}", 1, told[job]) for job in jobs]


async def _known(stack: Stack, letters: Sequence[Letter]) -> list[Due]:
    """A link that was told is known to health."""
    dues = []
    async with reading(stack) as connection:
        for each in _of("links.updated", letters):
            told = each.payload["changed"]
            ids, generations = [link["link_id"] for link in told], [link["generation"] for link in told]
            known = int(await connection.fetchval(_KNOWN, ids, generations))
            dues.append(Due(f"links of {each.address}", len(ids), known))
    return dues


def _of(event: str, letters: Sequence[Letter]) -> list[Letter]:
    return [each for each in letters if each.event == event]


async def replays_stored(stack: Stack, since: Mark) -> Counter[tuple[str, UUID]]:
    """Return how often each replay lies in a stream that keeps what was handled."""
    found: Counter[tuple[str, UUID]] = Counter()
    for stream in (EVENTS, PLAYBACK):
        said = await stored(stack, stream=stream, since=since.sequences[stream.name] + 1)
        found.update((each.subject, each.event_id) for each in said if each.subject.startswith(f"{REPLAY}."))
    return found


async def replays_written(stack: Stack, since: Mark) -> list[tuple[str, dict[str, str], bytes]]:
    """Return the replays that the outboxes hold: subject, headers, payload."""
    async with reading(stack) as connection:
        return [
            (row["subject"], json.loads(row["headers"]), row["payload"])
            for schema in SCHEMAS
            for row in await connection.fetch(
                f"select subject, headers::text as headers, payload from {schema}.outbox "
                "where id > $1 and subject like $2 order by id",
                since.rows[schema],
                f"{REPLAY}.%",
            )
        ]


async def say_again(stack: Stack, said: Sequence[tuple[str, dict[str, str], bytes]]) -> None:
    """Bring messages once more, as if the broker had forgotten that it knows them."""
    async with streams(stack) as context:
        for number, (subject, headers, payload) in enumerate(said):
            message_id = f"{headers.get(MESSAGE_ID, headers[EVENT_ID])}/again/{number}"
            whole = {**headers, MESSAGE_ID: message_id}
            await context.publish(subject_on(DEFAULT_PREFIX, subject), payload, headers=whole)
