"""What the scraper takes with browsers: idle, at work, after many of them, and inside of 512 MB.

The baseline is Playwright as its manual shows it with a full Chromium, on the same pages in the same run, one
round after the other.
"""

import asyncio
import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.groups import Group, limited_group
from wellspring_cli.testing import OWN_USERS_PREFIX, SharedServers, shared_servers
from wellspring_common.bus.nats import topology
from wellspring_common.events.scrape import LinksScraped

from ._memory import Taken, peak_of, taken
from ._scraper import Ended, Scraper, cold_copy, running_pages, running_scraper
from ._table import Row

ROUNDS = 3
TIMED = 5
JOBS = 100 if "--all" in sys.argv else int(os.environ.get("WELLSPRING_BENCH_JOBS", "20"))
IDLE_MB, GROWTH_MB = 60.0, 2.0
HARD_MB = {"light": 150.0, "heavy": 220.0}
FIXED_S = 0.8
THREE_S = {"light": 2.0, "heavy": 3.5}
HOSTILE_MB = 300.0
LIMIT = 512 * 1024 * 1024
_MB = 1024 * 1024


@dataclass
class Figures:
    """Everything that is measured, by page."""

    chromium: str
    shell: str
    fresh: Taken = field(default_factory=Taken)
    warm_idle: Taken = field(default_factory=Taken)
    last_idle: Taken = field(default_factory=Taken)
    ours: dict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    baseline: dict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    one_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    three_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    baseline_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    launches: set[int] = field(default_factory=set)
    hostile: Taken = field(default_factory=Taken)
    hostile_code: str = ""
    group: Group | None = None
    group_ended: list[str] = field(default_factory=list)


def seconds(ended: Ended) -> float:
    """Return how long a job was worked on. Fails for a job that found nothing."""
    if not isinstance(ended, LinksScraped):
        raise SystemExit(f"A job of the benchmark failed with {ended.code}: {ended.detail}")
    return (ended.finished_at - ended.started_at).total_seconds()


async def idle(scraper: Scraper) -> Taken:
    """Return what the scraper takes when it has come to rest."""
    await asyncio.sleep(1.0)
    return taken(scraper.pid)


async def baseline(figures: Figures, port: int, page: str, rounds: int, *, sampled: bool) -> None:
    """Let the baseline open a page some times."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench._baseline",
        figures.chromium,
        f"http://127.0.0.1:{port}/{page}",
        str(rounds),
        stdout=PIPE,
    )
    with peak_of(process.pid) if sampled else contextlib.nullcontext(Taken()) as peak:
        said, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("The baseline failed.")
    if sampled:
        figures.baseline[page].append(peak)
    else:
        figures.baseline_s[page] += json.loads(said)


async def with_browsers(figures: Figures, scraper: Scraper) -> None:
    """Measure memory, then time, ours and the baseline in turn."""
    for _ in range(ROUNDS):
        for page in ("light", "heavy"):
            with peak_of(scraper.pid) as peak:
                seconds(await scraper.scrape(page))
            figures.ours[page].append(peak)
            await baseline(figures, scraper.pages_port, page, 1, sampled=True)
    for _ in range(TIMED):
        for page in ("light", "heavy"):
            figures.one_s[page].append(seconds(await scraper.scrape(page)))
            before = await scraper.launches()
            figures.three_s[page].append(seconds(await scraper.scrape(page, sources=3)))
            figures.launches.add(await scraper.launches() - before)
            await baseline(figures, scraper.pages_port, page, 1, sampled=False)


async def hostile(figures: Figures, scraper: Scraper) -> None:
    """Meet a page that takes all memory it can get, and work on."""
    with peak_of(scraper.pid) as peak:
        ended = await scraper.scrape("greedy")
    figures.hostile, figures.hostile_code = peak, getattr(ended, "code", "none")
    seconds(await scraper.scrape("light"))


async def in_a_group(figures: Figures, servers: SharedServers, folder: Path, port: int) -> None:
    """Let a second scraper work inside of a limit: heavy pages, a greedy one, and heavy ones again."""
    with limited_group(LIMIT) as group:
        figures.group = group
        if group is None:
            return
        cold = cold_copy(Path(figures.shell).resolve(), folder / "browser")
        async with running_scraper(servers, folder, port, within=group.command, chromium=cold) as scraper:
            watch = asyncio.create_task(_watched(group))
            for page in ("heavy", "greedy", "heavy"):
                ended = await scraper.scrape(page, sources=3)
                figures.group_ended.append(getattr(ended, "code", "links"))
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)


async def _watched(group: Group) -> None:
    while True:
        group.look()
        await asyncio.sleep(0.01)


async def measure(figures: Figures) -> None:
    """Take all figures."""
    work = Path(tempfile.mkdtemp(prefix="wellspring-bench-"))
    # A first import compiles large modules, and the process that does so keeps 10 MB of it for good.
    await (await asyncio.create_subprocess_exec(sys.executable, "-c", "import playwright.async_api")).wait()
    try:
        with shared_servers() as servers:
            await topology.ensure(servers.nats.url(), prefix=OWN_USERS_PREFIX)
            async with running_pages() as port:
                async with running_scraper(servers, work / "one", port) as scraper:
                    figures.fresh = await idle(scraper)
                    await with_browsers(figures, scraper)
                    figures.warm_idle = await idle(scraper)
                    for _ in range(JOBS):
                        seconds(await scraper.scrape("light"))
                    figures.last_idle = await idle(scraper)
                    await hostile(figures, scraper)
                await in_a_group(figures, servers, work / "two", port)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def rows(figures: Figures) -> list[Row]:
    """Return the table."""
    name = Path(figures.chromium).name
    fresh, warm, last = figures.fresh, figures.warm_idle, figures.last_idle
    grown = last.hard - warm.hard
    found = [
        Row(
            "idle, no browser yet: PSS (unreclaimable; RSS)",
            f"{fresh.pss:.1f} MB ({fresh.hard:.1f}; {fresh.rss:.1f})",
            "-",
            "-",
            f"{IDLE_MB:.0f} MB",
            fresh.pss <= IDLE_MB,
        ),
        Row(
            f"idle after {2 * ROUNDS + 4 * TIMED} and {JOBS} more browser jobs: PSS (unreclaimable; RSS)",
            f"{last.pss:.1f} MB ({last.hard:.1f}; {last.rss:.1f}), {last.processes} process",
            f"before the {JOBS}: {warm.pss:.1f} MB ({warm.hard:.1f})",
            f"{grown:+.1f} MB unreclaimable",
            f"{IDLE_MB:.0f} MB, growth {GROWTH_MB:.0f} MB, 1 process",
            last.pss <= IDLE_MB and grown <= GROWTH_MB and last.processes == 1,
        ),
    ]
    for page, most in HARD_MB.items():
        ours = statistics.median(one.hard for one in figures.ours[page])
        theirs = statistics.median(one.hard for one in figures.baseline[page])
        pss = statistics.median(one.pss for one in figures.ours[page])
        their_pss = statistics.median(one.pss for one in figures.baseline[page])
        found.append(
            Row(
                f"peak with a {page} page, unreclaimable (PSS)",
                f"{ours:.0f} MB ({pss:.0f})",
                f"Playwright, {name}: {theirs:.0f} MB ({their_pss:.0f})",
                f"{ours / theirs:.2f}",
                f"{most:.0f} MB",
                ours <= most,
            )
        )
    one = statistics.median(figures.one_s["light"])
    theirs = statistics.median(figures.baseline_s["light"])
    found.append(
        Row(
            "a job with one light page",
            f"{one:.2f} s",
            f"{name}, the page alone: {theirs:.2f} s",
            f"{one / theirs:.2f}",
            f"{FIXED_S} s",
            one <= FIXED_S,
        )
    )
    for page, most in THREE_S.items():
        three = statistics.median(figures.three_s[page])
        theirs = 3 * statistics.median(figures.baseline_s[page])
        found.append(
            Row(
                f"three {page} pages, launches {sorted(figures.launches)}",
                f"{three:.2f} s",
                f"three launches of {name}: {theirs:.2f} s",
                f"{three / theirs:.2f}",
                f"{most} s, 1 launch",
                three <= most and figures.launches == {1},
            )
        )
    found.append(
        Row(
            "a page that takes all memory, unreclaimable (PSS)",
            f"{figures.hostile.hard:.0f} MB ({figures.hostile.pss:.0f}), {figures.hostile_code}",
            "-",
            "-",
            f"{HOSTILE_MB:.0f} MB, browser_memory, the next job works",
            figures.hostile.hard <= HOSTILE_MB and figures.hostile_code == "browser_memory",
        )
    )
    found.append(_group_row(figures))
    return found


def _group_row(figures: Figures) -> Row:
    what = "three heavy pages, three greedy ones, three heavy ones, inside of 512 MB without swap"
    group = figures.group
    if group is None:
        return Row(what, "not measured: no right to make a control group", "-", "-", "no kill", holds=True)
    return Row(
        what,
        f"peak {group.peak / _MB:.0f} MB, {group.kills} kills: {', '.join(figures.group_ended)}",
        "-",
        "-",
        "no kill: links, browser_memory, links",
        group.kills == 0 and figures.group_ended == ["links", "browser_memory", "links"],
    )


def chromium_of_the_baseline(shell: Path) -> str:
    """Return the baseline's browser: the one that is named, else a full Chromium, else our own."""
    named = os.environ.get("WELLSPRING_BENCH_CHROMIUM")
    wishes = [named, "/usr/lib/chromium/chromium", shutil.which("google-chrome"), str(shell)]
    return next(one for one in wishes if one and os.access(one, os.X_OK))
