"""An episode of three qualities by plain HTTP, every guard on, against the bare chains of its hops."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field

import aiohttp

from tests.unit.scraper.fakes import Broker, MemoryBus, delivery_of, request_for
from wellspring_common.clock import SystemClock
from wellspring_common.events.scrape import LinksScraped, SourceRef
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.pace import PaceRule
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers

from ._episode_pages import BUTTONS
from ._table import Row

ROUNDS = 40
WARM = 5
QUALITIES = (480, 720, 1080)
LINKS = 9
OVER_P50_MS, OVER_P95_MS = 10.0, 20.0
ANSWERS = 18
"""Three times redirect, page and buttons, and a look at each of nine files."""
CPU_MS = 6.0 / 9
JOBS = 4
MOST_OF_FOUR = 1.5


@dataclass
class Plain:
    """Milliseconds of each round: the bare chains, an episode, its work on the processor, four at once."""

    floor: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    four: list[float] = field(default_factory=list)


async def measure(port: int) -> Plain:
    """Take the figures in turn, after some rounds that warm everything."""
    found, base = Plain(), f"http://127.0.0.1:{port}"
    pace = PaceRule(concurrency=64, burst=100_000, rate_per_s=100_000)
    async with (
        Fetcher(Guard(frozenset({f"127.0.0.1:{port}"})), pace=pace) as fetcher,
        aiohttp.ClientSession() as session,
    ):
        clock = SystemClock()
        rung = StaticRung(fetcher=fetcher, find=DefinitionFiles().find, clock=clock, ttl_s=lambda: 21_600)
        for number in range(WARM + ROUNDS):
            taken = found if number >= WARM else Plain()
            began = time.perf_counter()
            await asyncio.gather(*(_chain(session, base, f"{number}-{one}") for one in QUALITIES))
            taken.floor.append(_ms(began))
            began, worked = time.perf_counter(), time.process_time()
            await _episode(rung, clock, base, number)
            taken.cpu.append((time.process_time() - worked) * 1000)
            taken.ours.append(_ms(began))
            began = time.perf_counter()
            await asyncio.gather(*(_episode(rung, clock, base, number * JOBS + one) for one in range(JOBS)))
            taken.four.append(_ms(began))
    return found


async def _chain(session: aiohttp.ClientSession, base: str, file: str) -> None:
    """Walk one quality as a client does that checks nothing: its pages, then its three files at once.

    The chains of an episode are walked side by side, as ours are: the slowest is what the network, the
    benchmark's server and a bare client take at least for these 18 answers.
    """
    for path in (f"/m/{file}", f"/generated/{file}"):
        async with session.get(f"{base}{path}") as answer:
            await answer.read()

    async def look(server: str) -> None:
        headers = {"Range": "bytes=0-511"}
        async with session.get(f"{base}/film/{server}/{file}", headers=headers) as answer:
            await answer.read()

    await asyncio.gather(*(look(server) for _, server in BUTTONS))


async def _episode(rung: StaticRung, clock: SystemClock, base: str, number: int) -> None:
    bus = MemoryBus()
    handlers = Handlers(bus=bus, rung=rung, clock=clock, job_deadline_s=30)
    sources = [
        SourceRef(source_id=one, quality=one, url=f"{base}/m/{number}-{one}", definition="vcloud")
        for one in QUALITIES
    ]
    await handlers.on_scrape_requested(delivery_of(request_for(*sources), Broker()))
    ended = bus.published[-1][0]
    links = sum(len(one.links) for one in ended.results) if isinstance(ended, LinksScraped) else 0
    if links != LINKS:
        raise SystemExit(f"A job of the benchmark found {links} links instead of {LINKS}: {ended}")


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def rows(found: Plain) -> list[Row]:
    """Return what the figures claim."""
    floor, ours, four = (statistics.median(each) for each in (found.floor, found.ours, found.four))
    late = statistics.quantiles(found.ours, n=20)[-1]
    floor_late = statistics.quantiles(found.floor, n=20)[-1]
    cpu = statistics.median(found.cpu)
    return [
        Row(
            f"episode of three qualities by plain HTTP, nine links looked at: median of {ROUNDS}",
            f"{ours:.1f} ms",
            f"slowest of its bare chains {floor:.1f} ms",
            f"{ours / floor:.2f}",
            f"floor + {OVER_P50_MS:.0f} ms",
            ours <= floor + OVER_P50_MS,
        ),
        Row(
            "the same, 95th percentile",
            f"{late:.1f} ms",
            f"{floor_late:.1f} ms",
            f"{late / floor_late:.2f}",
            f"floor + {OVER_P95_MS:.0f} ms",
            late <= floor_late + OVER_P95_MS,
        ),
        Row(
            f"the same, work on the processor for each of its {ANSWERS} answers",
            f"{cpu / ANSWERS:.2f} ms ({cpu:.1f} in all)",
            "-",
            "-",
            f"{CPU_MS:.2f} ms (6 for nine answers)",
            cpu / ANSWERS <= CPU_MS,
        ),
        Row(
            f"{JOBS} such jobs at once",
            f"{four:.1f} ms",
            f"one: {ours:.1f} ms",
            f"{four / ours:.2f}",
            f"{MOST_OF_FOUR} x one",
            four <= MOST_OF_FOUR * ours,
        ),
    ]
