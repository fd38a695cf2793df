"""Health's own sweep over the files of a demo world, with days that pass in no time."""

from datetime import timedelta

import aiohttp

from tests.integration.common.library import add_episode
from tests.integration.demo.visitor import files
from tests.integration.health.shelf import Shelf
from tests.unit.health.test_sweeps import Bucket
from wellspring_common.events.links import LinkRef
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.pace import PaceRule
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.tunables_watch import TunablesWatch
from wellspring_demo.world import World
from wellspring_health.adapters.prober import FetchProber
from wellspring_health.settings import HealthSettings
from wellspring_health.sweeps.checks import Sweeps
from wellspring_health.sweeps.looking import Looker

SERVERS = ("pixel", "fsl", "10gbps")
HASTE = PaceRule(concurrency=4, burst=400, rate_per_s=200)
"""For days that pass at once: a host's allowance of a day is asked for in a second."""


class Outside:
    """A demo world whose files health looks after."""

    def __init__(self, world: World, shelf: Shelf) -> None:
        self.world, self.shelf = world, shelf
        self.refs: dict[str, list[LinkRef]] = {server: [] for server in SERVERS}

    def host(self, server: str) -> str:
        """Return the host with the port that a server of this world has."""
        return self.world.addresses[server].removeprefix("http://")

    async def stock(self, titles: int) -> None:
        """Let health learn every server's link of so many titles."""
        async with aiohttp.ClientSession() as http:
            for number in range(titles):
                source = self.world.mint(f"Show {number}", stock=True)
                episode = await add_episode(self.shelf.admin)
                for server, url in (await files(http, self.world.page_url(source))).items():
                    ref = await self.shelf.add(server, url=url, episode=episode)
                    self.refs[server].append(ref)
        await self.shelf.learn(*[ref for refs in self.refs.values() for ref in refs])
        self.world.log.clear()

    def fetcher(self, pace: PaceRule = HASTE) -> Fetcher:
        """Return a fetcher that may reach this world and nothing else that is private."""
        return Fetcher(Guard(frozenset(self.world.hosts)), pace=pace)

    def sweeps(self, fetcher: Fetcher) -> Sweeps:
        """Return health's sweeps on real parts."""
        settings = HealthSettings(per_host=50)
        return Sweeps(
            store=self.shelf.store,
            looker=Looker(FetchProber(fetcher), self.shelf.clock, settings.concurrency),
            tunables=TunablesWatch(MemoryBus(), Bucket(probe_timeout_seconds=3), keep_in=None),
            clock=self.shelf.clock,
            settings=settings,
        )

    async def pass_time(self, *, steps: int = 1, step: timedelta = timedelta(hours=28)) -> None:
        """Sweep all that is due, again and again, with time that passes in between."""
        for _ in range(steps):
            async with self.fetcher() as fetcher:
                while await self.sweeps(fetcher).sweep_once():
                    pass
            self.shelf.clock.advance(step)

    async def states(self, server: str) -> set[str]:
        """Return what is believed of a server's links."""
        ids = [ref.link_id for ref in self.refs[server]]
        rows = await self.shelf.admin.fetch(
            "select distinct state from health.link_health where link_id = any($1)", ids
        )
        return {row["state"] for row in rows}

    async def reasons(self, server: str) -> set[str | None]:
        """Return what is held against a server's links."""
        ids = [ref.link_id for ref in self.refs[server]]
        rows = await self.shelf.admin.fetch(
            "select distinct reason from health.link_health where link_id = any($1)", ids
        )
        return {row["reason"] for row in rows}
