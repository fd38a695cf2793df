"""Every page and list of the gateway over a million episodes, against the same over a thousand.

Both libraries lie in one Postgres, each behind a gateway of its own, and are asked in turns. A list that is
narrowed down has a few cards of a thousand episodes and a full page of a million: it is held against the
whole small library, whose page is full. Searches are right, half typed and misspelt.
`WELLSPRING_BENCH_EPISODES` makes the large library smaller, for a look at whether all of it runs. Run by
`./wellspring bench lists`.
"""

import asyncio
import os
import random
import re
import statistics
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack

from wellspring_cli.testing import Database, SharedServers, shared_servers

from ._gateways import Visited, gateway
from ._library import A_TITLE, fill, titles
from ._table import Row, report

SMALL = 1_000
LARGE = int(os.environ.get("WELLSPRING_BENCH_EPISODES", "1000000"))
ROUNDS = 91 if LARGE > 100_000 else 3
SEARCHES = 150 if LARGE > 100_000 else 6
RATIO_GOAL, SEARCH_GOAL_MS = 1.2, 30.0
DEEP = 10
"""So many pages into a list."""
_CURSOR = re.compile(r"[?&]cursor=.*")
_NEXT = re.compile(r'href="(/\?[^"]*cursor=[^"]*)"')

FULL = ("/", "/?sort=title", "/?sort=year", "/?sort=score")
NARROW = (
    *("/?kind=movie", "/?genre=Drama", "/?language=ko", "/?status=ongoing", "/?year=2005"),
    *("/?kind=series&genre=War&sort=title", "/?genre=Drama&sort=score"),
)
# Of titles that both libraries have, so that a page shows as much of one as of the other.
SAME = (
    *("/title/title-7", "/watch/121", "/player?show=title-7&ep=3", "/api/v1/episodes/121/live-state"),
    *("/history", "/list"),
    *("/admin", "/admin/catalogues", "/admin/merges", "/admin/trash", "/admin/dead", "/admin/probes"),
)


async def timed_ms(visited: Visited, path: str) -> float:
    """Return how long an answer takes."""
    began = time.perf_counter()
    await visited.get(path)
    return (time.perf_counter() - began) * 1000


async def deep(visited: Visited, path: str) -> str:
    """Return the address of a page far into a list, or of the last one there is."""
    for _ in range(DEEP):
        found = _NEXT.search(await visited.get(path))
        if found is None:
            return path
        path = found[1].replace("&amp;", "&")
    return path


def misspelt(dice: random.Random, name: str) -> str:
    """Return a name with two letters of its longest word swapped."""
    word = max(name.split(), key=len)
    at = dice.randrange(max(1, len(word) - 1))
    wrong = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    return name.replace(word, wrong, 1)


def queries() -> list[tuple[str, str]]:
    """Return what is searched for: kinds of queries, each with its words."""
    dice = random.Random(3)
    names = [str(row[1]) for row in dice.sample(list(titles(LARGE // A_TITLE)), SEARCHES // 3)]
    asked = [("a whole name", name) for name in names]
    asked += [("half typed", name[: dice.randint(1, max(2, len(name) - 2))]) for name in names]
    asked += [("misspelt", misspelt(dice, name)) for name in names]
    return asked


async def compared(small: Visited, large: Visited, pairs: Sequence[tuple[str, str]]) -> list[Row]:
    """Return the rows of all pages, asked in turns, after two rounds that only warm up.

    A machine that is slow for some seconds is so for both answers of a round and hardly for all rounds of
    a page, since each round asks for every page.
    """
    times: list[list[tuple[float, float]]] = [[] for _ in pairs]
    for number in range(ROUNDS + 2):
        for kept, (of_small, of_large) in zip(times, pairs, strict=True):
            if number % 2:
                theirs = await timed_ms(small, of_small)
                ours = await timed_ms(large, of_large)
            else:
                ours = await timed_ms(large, of_large)
                theirs = await timed_ms(small, of_small)
            kept.append((ours, theirs))
    return [_row(paths[1], kept[2:]) for paths, kept in zip(pairs, times, strict=True)]


def _row(path: str, times: Sequence[tuple[float, float]]) -> Row:
    """Return the row of one page. Its ratio is the middle one of the rounds, not that of two medians:

    where half of the rounds met a slow machine, a median jumps from one half to the other by chance.
    """
    ratio = statistics.median(ours / theirs for ours, theirs in times)
    return Row(
        what=_CURSOR.sub(f", {DEEP} pages on", path),
        ours=f"{statistics.median(ours for ours, _ in times):.1f} ms",
        baseline=f"{statistics.median(theirs for _, theirs in times):.1f} ms",
        ratio=f"{ratio:.2f}",
        goal=f"<= {RATIO_GOAL:g} x",
        holds=ratio <= RATIO_GOAL,
    )


def _p95(times: Iterable[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


async def searched(large: Visited) -> list[Row]:
    """Return how long searches take, each kind and all of them, asked in a mixed order."""
    asked = queries()
    random.Random(5).shuffle(asked)
    times = dict[str, list[float]]()
    for kind, words in asked:
        async with large.session.get(f"{large.url}/", params={"q": words}) as warm:
            await warm.read()
        began = time.perf_counter()
        async with large.session.get(f"{large.url}/", params={"q": words}) as response:
            await response.read()
        times.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
    every = [each for kind in times.values() for each in kind]
    rows = [_search_row(f"search, {kind}", found, None) for kind, found in sorted(times.items())]
    return [*rows, _search_row(f"search, all {len(every)}", every, SEARCH_GOAL_MS)]


def _search_row(what: str, times: list[float], goal: float | None) -> Row:
    p95 = _p95(times)
    return Row(
        what=what,
        ours=f"p95 {p95:.1f} ms (median {statistics.median(times):.1f})",
        baseline="-",
        ratio="-",
        goal="-" if goal is None else f"p95 <= {goal:g} ms",
        holds=goal is None or p95 <= goal,
    )


async def measured(servers: SharedServers, small: Database, large: Database) -> list[Row]:
    """Fill both libraries, measure and return the rows of the table."""
    began = time.perf_counter()
    await asyncio.gather(fill(small.admin_url, SMALL), fill(large.admin_url, LARGE))
    filled_s = time.perf_counter() - began
    async with AsyncExitStack() as stack:
        few = await stack.enter_async_context(gateway(servers, small, "few"))
        many = await stack.enter_async_context(gateway(servers, large, "many"))
        pairs = [(path, path) for path in FULL + SAME] + [("/", path) for path in NARROW]
        pairs += [(path, await deep(many, path)) for path in ("/", "/?sort=title")]
        rows = await compared(few, many, pairs)
        rows += await searched(many)
    told = f"filling {LARGE:,} episodes"
    return [*rows, Row(what=told, ours=f"{filled_s:.0f} s", baseline="-", ratio="-", goal="-", holds=True)]


def main() -> None:
    """Measure and print."""
    with shared_servers() as servers, servers.database() as small, servers.database() as large:
        rows = asyncio.run(measured(servers, small, large))
    report(
        f"Pages and lists over {LARGE:,} and {SMALL:,} episodes (medians; the ratio is that of a round)", rows
    )


if __name__ == "__main__":
    main()
