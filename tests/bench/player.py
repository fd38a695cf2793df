"""What a viewer meets of servers that fail and of links that run out, seen in a real Chromium.

Each run is an episode of its own, whose first link sends its film hardly faster than it is watched, and
fails. What is measured is what was drawn: which moment of the film, from which link, and when.
Run by `./wellspring bench player`.
"""

import asyncio
import contextlib
import os
import statistics
import sys
from collections.abc import AsyncGenerator

from playwright.async_api import Browser, Page, async_playwright

from tests.e2e.failing import Elsewhere, die_under
from tests.e2e.pictures import Change, Seen, leap, standstill
from tests.e2e.renewing import long_films, renewed_file, renewed_stream
from tests.support.running import Running
from wellspring_cli.chromium import ensure_chromium

from ._table import Row, report

RUNS = int(os.environ.get("WELLSPRING_BENCH_RUNS", "10"))
KINDS = {
    "reset": "cuts every connection",
    "hang": "says nothing more",
    "error": "cuts the connection and answers 503",
}
MOST_ELSEWHERE_S = 8.0
MOST_ERROR_S = 2.0
MOST_BREAK_S = 0.5


def p95(values: list[float]) -> float:
    """Return the 95th percentile, the worst of a few."""
    return sorted(values)[-(len(values) // 20) - 1]


def spread(values: list[float]) -> str:
    """Return the median and the worst of some seconds in words."""
    return f"{statistics.median(values):.2f} s (worst {max(values):.2f})"


@contextlib.asynccontextmanager
async def opened(browser: Browser, running: Running) -> AsyncGenerator[Page]:
    """Open a browser profile that remembers nothing of the runs before."""
    context = await browser.new_context(base_url=running.url, viewport={"width": 1280, "height": 800})
    try:
        yield await context.new_page()
    finally:
        await running.demo.heal()
        await context.close()


async def failures(browser: Browser, running: Running) -> list[Row]:
    """Let servers fail under viewers, one kind in turn with the others."""
    found: dict[str, list[Change]] = {kind: [] for kind in KINDS}
    for run in range(2 * RUNS):
        for kind, changes in found.items():
            if len(changes) == RUNS:
                continue
            async with opened(browser, running) as page:
                with contextlib.suppress(Elsewhere):
                    changes.append(await die_under(page, running, f"Run {run} of {kind}", kind))
    return [row for kind, changes in found.items() for row in _rows_of(KINDS[kind], changes)]


def _rows_of(what: str, changes: list[Change]) -> list[Row]:
    times, errors = [each.elsewhere_s for each in changes], [each.error_s for each in changes]
    stood = [each.stood_s for each in changes]
    late = p95(times)
    return [
        Row(
            f"a server {what}: its film moves again from another",
            f"after {statistics.median(times):.1f} s, p95 of {len(times)}: {late:.1f} s",
            "-",
            "-",
            f"p95 at most {MOST_ELSEWHERE_S:.0f} s",
            late <= MOST_ELSEWHERE_S,
        ),
        Row("of that, the picture stood still", spread(stood), "-", "-", "-", holds=True),
        Row(
            "how far off the film goes on",
            spread(errors),
            "-",
            "-",
            f"at most {MOST_ERROR_S:.0f} s",
            max(errors) <= MOST_ERROR_S,
        ),
    ]


async def renewals(browser: Browser, running: Running) -> list[Row]:
    """Let links run out under viewers."""
    files: list[list[Seen]] = []
    streams: list[list[Seen]] = []
    for run in range(RUNS):
        async with opened(browser, running) as page:
            files.append(await renewed_file(page, running, f"Lease {run}"))
        async with opened(browser, running) as page:
            streams.append(await renewed_stream(page, running, run + 1))
    return [_row_of(name, runs) for name, runs in (("an mp4 file", files), ("an HLS stream", streams))]


def _row_of(name: str, runs: list[list[Seen]]) -> Row:
    stood, leapt = [standstill(each) for each in runs], [leap(each) for each in runs]
    return Row(
        f"{name} is renewed before its link runs out: the picture stands still; it leaps",
        f"{spread(stood)}; {spread(leapt)}",
        "-",
        "-",
        f"each at most {MOST_BREAK_S} s",
        max(*stood, *leapt) <= MOST_BREAK_S,
    )


async def measure(chromium: str) -> list[Row]:
    """Measure all of it with one stack and one browser."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with long_films() as running, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        rows = [*await failures(browser, running), *await renewals(browser, running)]
        await browser.close()
    return rows


def main() -> None:
    """Measure and print."""
    chromium = ensure_chromium()
    if chromium is None:
        raise SystemExit("This benchmark needs Chromium.")
    began = os.getloadavg()[0]
    with contextlib.redirect_stdout(sys.stderr):  # what the stack says is no part of the figures
        rows = asyncio.run(measure(str(chromium)))
    load = f"load {began:.1f} before, {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} processors"
    report(f"The player when servers fail, {RUNS} runs of each ({load})", rows)


if __name__ == "__main__":
    main()
