"""Opens one page and tells how it was opened, as a process of its own: `one_page MODE`.

`tell` prints what it saw as JSON. `hang` prints the numbers of all processes and waits on the page for ever.
`greedy` lets a page take what it wants until the kernel ends it, and prints what that was called.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.integration.scraper.browsing import HOG, READY, browsing, served
from wellspring_common.cgroup import read_memory
from wellspring_common.errors import WellspringError
from wellspring_scraper.adapters import launch, processes, room, watchman


def _switches(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


async def greedy() -> None:
    # as if nobody looked: what is left is the kernel
    blind = pytest.MonkeyPatch()
    blind.setattr(room, "NEEDED", 0)
    blind.setattr(room, "_RESERVE", -1 << 40)
    blind.setattr(room, "MOST_OF_ALL", 1 << 40)
    blind.setattr(watchman, "MOST_OF_A_PAGE", processes.MOST_OF_A_BROWSER)
    codes, before = [], read_memory()
    async with served() as site:
        url = site.page(HOG)
        for wanted in (url, f"http://{site.host}/"):
            try:
                async with browsing(site) as browser:
                    await browser.render(wanted, wait_for=READY)
                    codes.append("")
            except WellspringError as error:
                codes.append(error.code)
    after = read_memory()
    assert before is not None
    assert after is not None
    said = {"codes": codes, "kills": after.oom_kills - before.oom_kills, "limit": after.limit}
    sys.stdout.write(json.dumps(said) + "\n")


async def main() -> None:
    if sys.argv[1] == "greedy":
        await greedy()
        return
    async with served() as site, browsing(site) as browser:
        below = processes.tree(os.getpid())
        if sys.argv[1] == "hang":
            sys.stdout.write(json.dumps({"pids": below, "folder": str(browser.folder)}) + "\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
        page = await browser.render(f"http://{site.host}/", wait_for=READY)
        commands = [_switches(pid) for pid in below if "headless" in _switches(pid)]
        said = {
            "uid": os.getuid(),
            "why_no_sandbox": launch.why_no_sandbox(),
            "sandboxed": not any("--no-sandbox" in one for one in commands),
            "browsers": len(commands),
            "status": page.page.status,
            "fenced": browser.watchman._fenced != set(),
        }
        sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
