"""How long from the command to a page that plays: on an empty data directory, and once more.

The package cache is warm and the workspace is copied without its environment, as after a clone. Run by
`./wellspring bench start`.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import aiohttp

from ._table import Row, report

ROOT = Path(__file__).parent.parent.parent
FIRST_GOAL_S = 90.0
SECOND_GOAL_S = 10.0
PATIENCE_S = 300.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def start_until_playable(clone: Path, data: Path, port: int, seeks: str) -> float:
    """Start `up --demo` and return the seconds until an episode has a link that a browser can play."""
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environ |= {"WELLSPRING_DATA_DIR": str(data)}
    began = time.perf_counter()
    log = tempfile.NamedTemporaryFile(prefix="wellspring-up-")  # noqa: SIM115  (closed with the process)
    process = subprocess.Popen(
        [str(clone / "wellspring"), "up", "--demo", "--port", str(port)],
        env=environ,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        await _until(f"http://127.0.0.1:{port}{seeks}", process, Path(log.name))
        return time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.to_thread(process.wait, 60)


async def _until(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    async with aiohttp.ClientSession() as session:
        end = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < end:
            if process.poll() is not None:
                raise SystemExit(f"up ended with {process.returncode}:\n{log.read_text()[-2000:]}")
            try:
                async with session.get(url) as response:
                    state = await response.json()
                    if any(link["offered"] and link["playable"] for link in state.get("links", [])):
                        return
            except (aiohttp.ClientError, ValueError):
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("no playable link in time")


async def main() -> None:
    """Measure both starts and print them."""
    work = Path(tempfile.mkdtemp(prefix="wellspring-bench-"))
    work.chmod(0o755)
    try:
        clone, data, port = work / "clone", work / "data", free_port()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        first = await start_until_playable(clone, data, port, "/api/v1/episodes/1/live-state")
        second = await start_until_playable(clone, data, port, "/api/v1/episodes/1/live-state")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    report(
        "From command to a page that plays",
        [
            Row(
                "first start, from a clone, package cache warm",
                f"{first:.1f} s",
                "-",
                "-",
                f"under {FIRST_GOAL_S:g} s",
                first < FIRST_GOAL_S,
            ),
            Row(
                "second start",
                f"{second:.1f} s",
                f"first start {first:.1f} s",
                f"{second / first:.2f}",
                f"under {SECOND_GOAL_S:g} s",
                second < SECOND_GOAL_S,
            ),
        ],
    )


if __name__ == "__main__":
    asyncio.run(main())
