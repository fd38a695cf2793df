"""Kills by seed: who is next, when, and who is spared."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from wellspring_cli.stack import Stack

EVERYBODY = ("gateway", "scraper", "refresher", "health", "uploader", "nats", "postgres")


@dataclass
class Reaper:
    """Kills one of the processes of a stack at a time, as a crash would."""

    stack: Stack
    chance: random.Random
    gap_s: tuple[float, float]
    rest_s: float
    """Nobody is killed again within this time: what dies three times with one message counts as poison."""
    most_each: int | None = None
    spared: Callable[[], frozenset[str]] = frozenset
    killed: Counter[str] = field(default_factory=Counter)
    _last: dict[str, float] = field(default_factory=dict)

    async def reap(self, kills: int) -> int:
        """Kill so many times and return how many it were."""
        while self.killed.total() < kills:
            await asyncio.sleep(self.chance.uniform(*self.gap_s))
            able = [name for name in EVERYBODY if self._may_die(name)]
            if able:
                self.kill(self.chance.choice(able))
        return self.killed.total()

    def kill(self, name: str) -> None:
        """Kill a process."""
        self.stack.kill(name)
        self.killed[name] += 1
        self._last[name] = asyncio.get_running_loop().time()

    def _may_die(self, name: str) -> bool:
        rested = asyncio.get_running_loop().time() - self._last.get(name, float("-inf")) >= self.rest_s
        few = self.most_each is None or self.killed[name] < self.most_each
        return name in self.stack.pids and rested and few and name not in self.spared()
