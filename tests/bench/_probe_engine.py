"""Health's probe engine alone: each link of a file probed and judged, one line of outcome a link.

Run as `python -m tests.bench._probe_engine LINKS OUT HOST:PORT [CONCURRENCY BURST RATE]`. Without a pace
every limit is lifted, and the guard and the media check stay on.
"""

import asyncio
import sys
from pathlib import Path
from typing import TextIO

from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.limits import Limits
from wellspring_common.fetch.media import sniff
from wellspring_common.fetch.pace import PaceRule
from wellspring_common.lookups import LookupLoop

AT_ONCE = 256
LIFTED = PaceRule(concurrency=AT_ONCE, burst=1_000_000, rate_per_s=1_000_000.0)


async def probe_all(links: TextIO, out: TextIO, allowed: str, rule: PaceRule) -> None:
    """Probe each link and write its status and verdict."""
    limits = Limits(connections=AT_ONCE, patience_s=600.0, deadline_s=600.0)
    async with Fetcher(Guard(frozenset({allowed})), pace=rule, limits=limits) as fetcher:

        async def work() -> None:
            for line in links:
                url = line.strip()
                seen = await fetcher.probe(url)
                verdict = sniff(seen)
                out.write(f"{url}\t{seen.status}\t{verdict.reason or 'ok'}\n")

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def main() -> None:
    """Probe, on the loop that every service has."""
    source, target, allowed, *pace = sys.argv[1:]
    rule = PaceRule(int(pace[0]), int(pace[1]), float(pace[2])) if pace else LIFTED
    with (
        Path(source).open() as links,
        Path(target).open("w") as out,
        asyncio.Runner(loop_factory=LookupLoop) as runner,
    ):
        runner.run(probe_all(links, out, allowed, rule))


if __name__ == "__main__":
    main()
