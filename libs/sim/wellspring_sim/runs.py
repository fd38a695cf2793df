"""Months side by side: every policy with every seed, on the cores there are."""

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from statistics import median

from wellspring_common.tunables import Tunables

from .library import Library
from .month import DAY, LOOKS, Month
from .policies import OURS, POLICIES
from .servers import CLIMATES
from .viewing import Viewing
from .world import World


@dataclass(frozen=True)
class Setting:
    """What is simulated: the world, its size, and how much is watched."""

    world: str = "mixed"
    episodes: int = 10_000
    days: float = 30.0
    plays_per_day: float = 500.0


@dataclass(frozen=True)
class Result:
    """What one policy came to with one seed."""

    policy: str
    seed: int
    plays: int
    dead_presses: float
    """Of 1,000 plays."""
    dead_exposure: float
    """Seconds of a day in which the first link that an episode offers is dead."""
    scrapes_per_play: float
    scrapes_per_episode_day: float
    probes_per_day: float
    wait_p50: float
    wait_p95: float
    cold_presses: float
    """Of 1,000 plays."""
    unserved: float
    """Of 1,000 plays."""
    dead_by: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Spread:
    """The median of the seeds, and the least and the most of them."""

    middle: float
    low: float
    high: float


def measured(setting: Setting, policy: str, seed: int) -> Result:
    """Simulate one policy with one seed. The same arguments bring the same result."""
    library, plays = _viewed(setting, seed)
    world = World(seed, library, setting.days)
    with _no_collector():
        keeper = POLICIES[policy](world, Tunables())
        tally = Month(world, keeper).run(plays, looks=min(LOOKS, setting.episodes * 4))
    count, waits = max(tally.plays, 1), sorted(tally.waits) or [0.0]
    return Result(
        policy=policy,
        seed=seed,
        plays=tally.plays,
        dead_presses=1000 * tally.dead_presses / count,
        dead_exposure=DAY * tally.dead_looks / max(tally.looks, 1),
        scrapes_per_play=keeper.scrapes / count,
        scrapes_per_episode_day=keeper.scrapes / (setting.episodes * setting.days),
        probes_per_day=keeper.probes / setting.days,
        wait_p50=_quantile(waits, 0.5),
        wait_p95=_quantile(waits, 0.95),
        cold_presses=1000 * tally.cold_presses / count,
        unserved=1000 * tally.unserved / count,
        dead_by=tuple(sorted(tally.dead_by.items(), key=lambda one: (-one[1], one[0]))),
    )


def simulate(
    setting: Setting,
    policies: Sequence[str],
    seeds: Iterable[int],
    *,
    done: Callable[[Result], None] = lambda _: None,
    processes: int | None = None,
) -> list[Result]:
    """Simulate every policy with every seed, and return the results in their order."""
    # the longest first, so that no core idles at the end
    order = sorted(policies, key=lambda policy: policy != OURS)
    wanted = [(policy, seed) for policy in order for seed in seeds]
    workers = min(processes or os.cpu_count() or 1, len(wanted))
    if workers <= 1:
        found = [_told(measured(setting, policy, seed), done) for policy, seed in wanted]
    else:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            tasks = [pool.submit(measured, setting, policy, seed) for policy, seed in wanted]
            found = [_told(task.result(), done) for task in as_completed(tasks)]
    places = {policy: place for place, policy in enumerate(policies)}
    return sorted(found, key=lambda result: (places[result.policy], result.seed))


def spread(results: Iterable[Result], policy: str, measure: str) -> Spread:
    """Return one measure of one policy over all seeds."""
    values = [float(getattr(result, measure)) for result in results if result.policy == policy]
    return Spread(median(values), min(values), max(values))


@contextmanager
def _no_collector() -> Iterator[None]:
    """Spare Python the search for cycles among millions of small objects that hold none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@lru_cache(maxsize=2)
def _viewed(setting: Setting, seed: int) -> tuple[Library, list[tuple[float, int]]]:
    library = Library(seed, setting.episodes, CLIMATES[setting.world])
    return library, Viewing(library, seed, setting.days, setting.plays_per_day).plays()


def _told(result: Result, done: Callable[[Result], None]) -> Result:
    done(result)
    return result


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
