"""The event backbone: how soon, how much, and how well it bears kills, with the project's own classes.

Broker and database are the embedded ones, as durable as shipped. Run by `./wellspring bench events`.
"""

import asyncio
import contextlib
import os
import sys

from wellspring_cli.stack import running_stack

from ._event_faults import asked_to_end, killed
from ._event_ground import plain_environ
from ._event_latency import latency
from ._event_rates import drain, handler
from ._table import Row, report

SERVICES = ("gateway", "scraper", "refresher", "health", "uploader")


async def measure() -> list[Row]:
    """Measure all of it, each part after the other."""
    rows = []
    async with running_stack(services=(), environ=plain_environ()) as stack:
        for one in (latency, drain, handler, killed):
            rows += await one(stack)
    async with running_stack(services=SERVICES, environ=plain_environ()) as stack:
        rows += await asked_to_end(stack)
    return rows


def main() -> None:
    """Measure and print."""
    with contextlib.redirect_stdout(sys.stderr):  # what the stack says is no part of the figures
        rows = asyncio.run(measure())
    report(f"Events (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors)", rows)


if __name__ == "__main__":
    main()
