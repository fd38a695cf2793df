"""What the images weigh, and what the containers of a small host take, on a Docker engine.

Unreclaimable is what the kernel cannot take back from a container's control group: memory of its processes
and files in memory. Run by `./wellspring bench containers`; it takes some minutes.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from tests.container.cgroup import MIB, Watch, control_group, peak_with_caches, sizes
from tests.container.engine import Engine, NoEngineError, start_engine
from tests.container.images import OURS, SERVICES, build, prepare_base, prepare_servers, size
from tests.container.small import running_small
from tests.container.stack import ComposeStack, laid_out, started
from tests.support.demo import DemoWorld
from tests.support.gateway import Operator
from tests.support.groups import Group
from wellspring_scraper.adapters.shedding import NO_MORE

from ._table import Row, report

MB = 1_000_000
JOBS = 5
LIMIT_MIB = 512
BROWSER_ENDS_S = 180


def weights(engine: Engine, images: dict[str, str]) -> list[Row]:
    """Return a row for each image that has a limit."""
    rows = []
    for name in SERVICES:
        most = 450 if name == "scraper" else 120
        ours = size(engine, images[name]) / MB
        rows.append(
            Row(f"image of {name}, above its base", f"{ours:.0f} MB", "-", "-", f"{most} MB", ours <= most)
        )
    return rows


async def worked(group: Group, url: str, password: str, demo_control: str) -> list[float]:
    """Return the unreclaimable peak of each of some jobs with a browser, in MiB."""
    jar = aiohttp.CookieJar(unsafe=True)
    peaks = []
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=30)) as session:
        operator, demo = Operator(session, url), DemoWorld(session, demo_control)
        await operator.sign_in("admin", password)
        for number in range(1, JOBS + 1):
            group.peak = 0
            with Watch(group):
                pages = await demo.mint("Measured", number, scripted=True)
                episode_id = await operator.add_episode("Measured", number, pages)
                await operator.force_scrape(episode_id)
                await operator.links(episode_id, at_least=9)
            peaks.append(group.peak / MIB)
    return peaks


def at_rest_again(group: Group) -> float:
    """Return what a container holds once its browser has ended, in MiB."""
    end = time.monotonic() + BROWSER_ENDS_S
    while any("chrom" in name for name in sizes(group)):
        assert time.monotonic() < end, sizes(group)
        time.sleep(0.5)  # noqa: TID251  (a container is waited for from a plain thread)
    return group.look().hard / MIB


def taken(what: str, group: Group, at_rest: float, peaks: list[float]) -> list[Row]:
    """Return the rows about one container."""
    most, cached = max(peaks), peak_with_caches(group) / MIB
    return [
        Row(f"{what} at rest, unreclaimable", f"{at_rest:.0f} MiB", "-", "-", "-", holds=True),
        Row(
            f"{what} with a browser at work, unreclaimable: median and most of {JOBS} jobs of three pages",
            f"{statistics.median(peaks):.0f} and {most:.0f} MiB",
            f"limit {LIMIT_MIB} MiB, no swap",
            f"{most / LIMIT_MIB:.2f}",
            "under the limit",
            most < LIMIT_MIB,
        ),
        Row(
            f"{what}: most that was ever charged, caches included; kills for want of memory",
            f"{cached:.0f} MiB; {group.kills}",
            f"limit {LIMIT_MIB} MiB",
            "-",
            "no kill",
            group.kills == 0,
        ),
    ]


def containers(stack: ComposeStack, images: dict[str, str]) -> list[Row]:
    """Return the rows about the scraper's container and the one with everything."""
    control = f"http://127.0.0.1:{stack.engine.forward(9300, target=stack.address('demo'))}"
    scraper = control_group(int(stack.fact("scraper", "{{.State.Pid}}")))
    at_rest = scraper.look().hard / MIB
    peaks = asyncio.run(worked(scraper, stack.url, stack.admin_password, control))
    rows = taken("scraper", scraper, at_rest, peaks)
    with running_small(stack, images["all-in-one"]) as small:
        at_rest, parts = small.group.look().hard / MIB, sizes(small.group)
        peaks = asyncio.run(worked(small.group, small.url, stack.admin_password, control))
        rows += taken("all-in-one", small.group, at_rest, peaks)
        again = at_rest_again(small.group)
    rows.append(
        Row(
            f"all-in-one at rest again, after {JOBS} jobs: the scraper takes none above the goal",
            f"{again:.0f} MiB",
            f"limit {LIMIT_MIB} MiB",
            f"{again / LIMIT_MIB:.2f}",
            f"{NO_MORE * LIMIT_MIB:.0f} MiB",
            again < NO_MORE * LIMIT_MIB,
        )
    )
    budget = ", ".join(f"{name.removeprefix('wellspring_')} {pss / MIB:.0f}" for name, pss in parts.items())
    whole = sum(parts.values()) / MIB
    rows.append(Row(f"all-in-one at rest, PSS: {budget}", f"{whole:.0f} MiB", "-", "-", "-", holds=True))
    return rows


def main() -> None:
    """Build, run, measure."""
    try:
        engine = start_engine()
    except NoEngineError as error:
        sys.exit(f"No figures: {error}.")
    try:
        prepare_base(engine)
        prepare_servers(engine)
        images = {name: build(engine, name) for name in OURS}
        rows = weights(engine, images)
        with tempfile.TemporaryDirectory(prefix="wellspring-bench-") as folder:
            stack = laid_out(engine, Path(folder))
            try:
                started(stack)
                rows += containers(stack, images)
            finally:
                stack.compose("--profile", "*", "down", "--volumes", "--timeout", "5", check=False)
    finally:
        engine.stop()
    report("Images and containers", rows)


if __name__ == "__main__":
    main()
