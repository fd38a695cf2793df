"""Opens one page and tells how it was opened, as a process of its own: `one_page MODE`.

`tell` prints what it saw as JSON. `hang` prints the numbers of all processes and waits on the page for ever.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.integration.scraper.browsing import READY, browsing, served
from wellspring_scraper.adapters import launch, processes


def _switches(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


async def main() -> None:
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
