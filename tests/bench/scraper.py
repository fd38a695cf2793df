"""What the scraper takes: pages by plain HTTP, their parsing, and browsers.

Run by `./wellspring bench scraper`; with `WELLSPRING_BENCH_JOBS=100` or `--all` the long form.
`WELLSPRING_BENCH_CHROMIUM` names the browser baseline's browser where it is not the system's.
"""

import asyncio
import contextlib
import logging
import sys

import structlog

from wellspring_cli.chromium import ensure_chromium
from wellspring_common.runtime import settle

from . import _browsers, _parsing, _plain
from ._scraper import running_pages
from ._table import Row, report


async def measure(figures: _browsers.Figures) -> list[Row]:
    """Take all figures, one part after the other."""
    settle()  # as every service does at its start
    async with running_pages("tests.bench._episode_pages") as port:
        plain = await _plain.measure(port)
        parsing = await _parsing.measure(port)
    await _browsers.measure(figures)
    return [*_plain.rows(plain), *_parsing.rows(parsing), *_browsers.rows(figures)]


async def main() -> None:
    """Measure and print."""
    shell = ensure_chromium()
    if shell is None:
        raise SystemExit("This benchmark needs Chromium.")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    figures = _browsers.Figures(_browsers.chromium_of_the_baseline(shell), str(shell))
    with contextlib.redirect_stdout(sys.stderr):
        found = await measure(figures)
    report("The scraper", found)


if __name__ == "__main__":
    asyncio.run(main())
