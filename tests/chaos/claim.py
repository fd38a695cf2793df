"""The claim of a storm: each promise against its effect, read from the database and from the streams."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.audience import Audience
from tests.chaos.ledger import plays_told
from tests.chaos.load import Load
from tests.chaos.popular import miscounted, popularities, started_in
from tests.chaos.truth import Mark, Truth, truth
from wellspring_cli.stack import Stack
from wellspring_common.events.specs import ConsumerSpec
from wellspring_common.events.topology import CONSUMERS

ENDS = {"scrape": ("links.scraped", "scrape.failed"), "crawl": ("crawl.finished",)}
WELL = frozenset({"succeeded", "partial"})
WITH_INBOX = {"gateway": "catalog", "refresher": "links", "health": "health"}


@dataclass(frozen=True)
class Claim:
    """What was committed and what became of it. Nothing lost and nothing twice is what has to hold."""

    committed: int
    effects: int
    lost: int
    twice: int
    kills: int
    redelivered: int
    why: tuple[str, ...] = field(default=(), compare=False)
    """What is missing or was done twice, a line each."""

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in vars(self).items() if name != "why")


def total(claims: Sequence[Claim]) -> Claim:
    """Return several claims as one."""
    names = ("committed", "effects", "lost", "twice", "kills", "redelivered")
    return Claim(*(sum(getattr(each, name) for each in claims) for name in names))


async def claimed(
    load: Load, audience: Audience, mark: Mark, *, kills: int, well: frozenset[str] = WELL
) -> Claim:
    """Return the claim of everything since a mark. Only asked when nothing is under way any more.

    `well` are the states that a job may have ended in.
    """
    seen = await truth(load.running.stack, mark)
    plays = await plays_claimed(load.running.stack, audience, seen, kills=kills)
    promises = _promised(seen, load, well)
    lost = [f"lost: {_told_of(name, seen)}" for name, done in promises.items() if not done]
    missed = [f"unheard: {each}" for each in unheard(seen)]
    twice = [f"twice: {each}" for each in _repeated(seen, load)]
    return Claim(
        committed=len(promises),
        effects=sum(promises.values()),
        lost=len(lost) + len(missed) + plays.lost,
        twice=len(twice) + plays.twice,
        kills=kills,
        redelivered=seen.deliveries - seen.messages,
        why=(*lost, *missed, *twice, *plays.why),
    )


async def plays_claimed(stack: Stack, audience: Audience, seen: Truth, *, kills: int) -> Claim:
    """Return what became of an audience's plays: beacons, events, and how popular their episodes are.

    The episodes must be new since the mark of the truth. Only asked when nothing is under way any more.
    """
    beacons = await plays_told(stack, audience)
    assert beacons is not None, "a beacon waits in the outbox although nothing is under way"
    started = started_in(seen, {each.link.episode_id for each in audience.sent})
    lost, twice, why = miscounted(await popularities(stack, started))
    committed = sum(len(each) for each in started.values())
    wrong = [f"plays: {beacons}"] if beacons.lost or beacons.twice else []
    return Claim(
        committed=committed,
        effects=committed - lost,
        lost=lost + beacons.lost,
        twice=twice + beacons.twice,
        kills=kills,
        redelivered=seen.deliveries - seen.messages,
        why=(*wrong, *why),
    )


def _told_of(name: str, seen: Truth) -> str:
    """Return a promise with what is known of it."""
    job_id = name.removeprefix("job ")
    ends = {subject: times for (subject, job), times in seen.ends.items() if job == job_id}
    return f"{name} {seen.jobs[job_id]} {ends} told={seen.updates[job_id]}" if job_id in seen.jobs else name


def _promised(seen: Truth, load: Load, well: frozenset[str]) -> dict[str, bool]:
    """Return every promise and whether it was kept: what the outboxes hold, and what HTTP accepted."""
    promises: dict[str, bool] = {}
    for row in seen.rows:
        if "job_id" in row.payload and row.subject.partition(".requested")[1]:
            promises[f"job {row.payload['job_id']}"] = _ended(seen, row.payload["job_id"], well)
        elif row.subject == "settings.changed":
            promises[f"revision {row.payload['revision']}"] = bool(seen.copies[row.event_id])
        else:
            promises[f"{row.subject} {row.event_id}"] = bool(seen.copies[row.event_id])
    accepted = {f"job {job}" for job in load.jobs} | {f"revision {each}" for each in load.revisions}
    for name in accepted - promises.keys():
        promises[name] = False
    promises |= {f"episode {each}": each in seen.episodes for each in load.episodes.values()}
    forced = Counter(job["episode_id"] for job in seen.jobs.values() if job["reason"] == "force")
    promises |= {f"scrape of {each}": bool(forced[each]) for each in load.wished}
    return promises


def _ended(seen: Truth, job_id: str, well: frozenset[str]) -> bool:
    job = seen.jobs.get(job_id)
    told = job is not None and (job["kind"] == "crawl" or seen.updates[job_id] > 0)
    return job is not None and job["state"] in well and told and _ends(seen, job_id, job["kind"]) > 0


def _ends(seen: Truth, job_id: str, kind: str) -> int:
    return sum(seen.ends[subject, job_id] for subject in ENDS[kind])


def unheard(seen: Truth) -> Iterator[str]:
    """Yield what lies in a stream although a consumer that it is for has no row of it."""
    for spec in CONSUMERS:
        if spec.service in WITH_INBOX:
            for event_id, subject in seen.stored:
                if hears(spec, subject) and (spec.name, event_id) not in seen.inbox:
                    yield f"{subject} {event_id} by {spec.name}"


def hears(spec: ConsumerSpec, subject: str) -> bool:
    """Return whether a consumer is brought a relative subject. None of these has a wildcard."""
    return subject in spec.filters


def _repeated(seen: Truth, load: Load) -> Iterator[str]:
    for event_id, times in seen.copies.items():
        if times > 1:
            yield f"{event_id} {times} times in a stream"
    jobs: dict[str, dict[str, Any]] = seen.jobs
    for job_id, job in jobs.items():
        if _ends(seen, job_id, job["kind"]) > 1 or seen.updates[job_id] > 1:
            yield f"job {job_id}: {_ends(seen, job_id, job['kind'])} ends, told {seen.updates[job_id]} times"
    forced = Counter(job["episode_id"] for job in jobs.values() if job["reason"] == "force")
    for episode_id in load.wished:
        if forced[episode_id] > 1:
            yield f"episode {episode_id}: {forced[episode_id]} forced scrapes"
    for title, times in seen.titles.items():
        if times > 1:
            yield f"title {title!r}: {times} times"
