"""The gateway's reads and streams, against routes of the same app that do nothing else.

Hot is an episode that is kept ready, cold one that is asked for anew each time. All run in one process with
everything that stands around a route, in turns, and another one asks. Run by `./wellspring bench gateway`.
"""

import asyncio
import statistics
import sys
import uuid
from dataclasses import dataclass

import asyncpg

from wellspring_cli.testing import Database, SharedServers, shared_servers
from wellspring_common.bus.nats import topology as nats_topology

from ._gateway_ground import EPISODE, EPISODES, FILL, Client, Process, client, gateway
from ._table import Row, report

HOT_GOAL, DICT_GOAL, P99_GOAL, COLD_GOAL = 0.8, 1.3, 2.0, 0.8
MEMORY_GOAL_MB, FAN_OUT_GOAL_MS = 60.0, 250.0
LIVE_STATE = "/api/v1/episodes/{}/live-state"


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    rounds: int = 7
    seconds: float = 2.0
    connections: int = 8
    streams: int = 1000
    events: int = 9


SHORT = Extent(rounds=1, seconds=0.2, connections=2, streams=20, events=1)


@dataclass(frozen=True)
class Rates:
    """Answers a second and the 99th percentile of each route, a round each."""

    rate: dict[str, list[float]]
    p99: dict[str, list[float]]

    def ratio(self, one: str, other: str, *, of_p99: bool = False) -> float:
        """Return the median of the rounds' ratios: neighbours disturb both of a round."""
        figures = self.p99 if of_p99 else self.rate
        return statistics.median(a / b for a, b in zip(figures[one], figures[other], strict=True))

    def median(self, name: str) -> float:
        """Return the answers a second."""
        return statistics.median(self.rate[name])

    def p99_ms(self, name: str) -> float:
        """Return the 99th percentile in milliseconds."""
        return statistics.median(self.p99[name]) * 1000


async def compared(asking: Client, port: int, routes: dict[str, list[str]], extent: Extent) -> Rates:
    """Ask for routes in turns, after one turn each that only warms up."""
    found = Rates({name: [] for name in routes}, {name: [] for name in routes})
    for number in range(extent.rounds + 1):
        for name, paths in routes.items():
            seconds = extent.seconds if number else min(extent.seconds, 1.0)
            one = await asking.do(
                "ask", port=port, paths=paths, seconds=seconds, connections=extent.connections
            )
            if number:
                found.rate[name].append(one["rate"])
                found.p99[name].append(one["p99"])
    return found


async def hot_rows(asking: Client, served: Process, extent: Extent) -> list[Row]:
    """Measure an episode that is kept ready."""
    paths = {name: [f"/bench/{name}/{EPISODE}"] for name in ("bytes", "dict")}
    found = await compared(asking, served.port, {"hot": [LIVE_STATE.format(EPISODE)], **paths}, extent)
    seeds = {"get_link": ["/get_link?show=show%201&ep=1"], "bytes": paths["bytes"]}
    by_name = await compared(asking, served.port, seeds, extent)
    tail = found.ratio("hot", "bytes", of_p99=True)
    return [
        _rate_row("links of a kept episode", "hot", found, "bytes", HOT_GOAL),
        _rate_row("the same", "hot", found, "dict", DICT_GOAL),
        Row(
            what="the same, 99th percentile",
            ours=f"{found.p99_ms('hot'):.1f} ms",
            baseline=f"{found.p99_ms('bytes'):.1f} ms (bytes)",
            ratio=f"{tail:.2f}",
            goal=f"<= {P99_GOAL:g}",
            holds=tail <= P99_GOAL,
        ),
        _rate_row("the seeds' get_link, by name", "get_link", by_name, "bytes", None),
    ]


async def cold_row(asking: Client, served: Process, extent: Extent) -> Row:
    """Measure episodes that are asked for anew."""
    numbers = range(1, EPISODES + 1)
    routes = {
        "cold": [LIVE_STATE.format(number) for number in numbers],
        "select": [f"/bench/select/{number}" for number in numbers],
    }
    found = await compared(asking, served.port, routes, extent)
    return _rate_row("links of an episode that is not kept", "cold", found, "select", COLD_GOAL)


async def stream_rows(
    asking: Client, served: Process, ground: tuple[str, str, str], extent: Extent
) -> list[Row]:
    """Measure what open streams hold, and how soon all of them hear of a change."""
    nats_url, prefix, admin_url = ground
    await asking.do("open", port=served.port, episode=EPISODE, count=20)
    await asking.do("close")
    before = served.pss_mb()
    opened = await asking.do("open", port=served.port, episode=EPISODE, count=extent.streams)
    more = served.pss_mb() - before
    times, admin = [], await asyncpg.connect(admin_url)
    try:
        for number in range(extent.events):
            await admin.execute(
                "update links.links set label = $1 where episode_id = $2", f"n{number}", EPISODE
            )
            payload = f'{{"episode_id": {EPISODE}, "job_id": "{uuid.uuid4()}", "links": []}}'
            said = await asking.do(
                "told", nats_url=nats_url, subject=f"{prefix}.links.updated", payload=payload
            )
            times.append(said["last"] * 1000)
    finally:
        await admin.close()
    await asking.do("close")
    last = statistics.median(times)
    return [
        Row(
            what=f"{opened['open']:,} open streams",
            ours=f"{more:.1f} MB more ({more * 1024 / opened['open']:.0f} KiB each)",
            baseline="-",
            ratio="-",
            goal=f"<= {MEMORY_GOAL_MB:g} MB",
            holds=more <= MEMORY_GOAL_MB,
        ),
        Row(
            what="from an event to the last of them",
            ours=f"{last:.0f} ms (at worst {max(times):.0f})",
            baseline="-",
            ratio="-",
            goal=f"<= {FAN_OUT_GOAL_MS:g} ms",
            holds=last <= FAN_OUT_GOAL_MS,
        ),
    ]


async def measured(servers: SharedServers, database: Database, extent: Extent) -> list[Row]:
    """Fill the database, measure and return the rows of the table."""
    prefix = f"b{uuid.uuid4().hex[:8]}"
    await nats_topology.ensure(servers.nats.url(), prefix=prefix)
    admin = await asyncpg.connect(database.admin_url)
    for statement in FILL:
        await admin.execute(statement, timeout=120)
    await admin.close()
    ground = (servers.nats.url(), prefix, database.admin_url)
    async with client() as asking:
        async with gateway(servers, database, prefix) as served:
            rows = await hot_rows(asking, served, extent)
            rows += await stream_rows(asking, served, ground, extent)
        async with gateway(servers, database, prefix, WELLSPRING_GATEWAY_ANSWERS_KEPT_S="0") as served:
            rows.append(await cold_row(asking, served, extent))
    return rows


def _rate_row(what: str, ours: str, found: Rates, baseline: str, goal: float | None) -> Row:
    ratio = found.ratio(ours, baseline)
    return Row(
        what=what,
        ours=f"{found.median(ours):,.0f}/s",
        baseline=f"{found.median(baseline):,.0f}/s ({baseline})",
        ratio=f"{ratio:.2f}",
        goal="-" if goal is None else f">= {goal:g}",
        holds=goal is None or ratio >= goal,
    )


def main() -> None:
    """Measure and print."""
    extent = SHORT if "--short" in sys.argv else Extent()
    with shared_servers() as servers, servers.database() as database:
        rows = asyncio.run(measured(servers, database, extent))
    report("The gateway against bare routes of the same app (medians of rounds)", rows)


if __name__ == "__main__":
    main()
