"""Sends a file as the uploader does, and prints what that took.

Run as `python -m tests.bench._upload_client ORIGIN FILE`. The uploader runs all the time, so that the clock
begins with the upload; the peak of memory is the whole process's.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from wellspring_common.fetch.guard import Guard
from wellspring_uploader.ports.targets import Film
from wellspring_uploader.targets.sending import send_form
from wellspring_uploader.targets.settings import SendingSettings
from wellspring_uploader.targets.wire import Wire


def peak_mb() -> float:
    """Return the most memory that this process had."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("This system does not say what a process has.")


async def _send(origin: str, path: Path) -> dict[str, float]:
    film = Film(path, path.stat().st_size, 60.0, b"")
    wire = Wire(Guard(frozenset({origin.partition("//")[2]})), SendingSettings())

    async def told(_: int) -> None:
        pass

    began, busy = time.perf_counter(), time.process_time()
    answer = await send_form(wire, f"{origin}/upload", None, film, told)
    took, cpu = time.perf_counter() - began, time.process_time() - busy
    await wire.close()
    if answer.status != 200:
        raise SystemExit(f"The host answered {answer.status}.")
    return {"wall_s": took, "cpu_s": cpu, "peak_mb": peak_mb()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_send(sys.argv[1], Path(sys.argv[2])))))
