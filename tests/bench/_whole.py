"""What a whole program takes, seen from outside: start, imports and all.

The kernel counts to a child's peak of memory what its parent had when it was started. Whoever measures
so has to stay smaller than what is measured.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Whole:
    """Seconds on the clock and of processors, and the peak in MB."""

    wall_s: float
    cpu_s: float
    rss_mb: float


def run_whole(command: list[str]) -> Whole:
    """Run a program to its end. Exits when that is not a good one."""
    began = perf_counter()
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    wall_s = perf_counter() - began
    running.returncode = os.waitstatus_to_exitcode(status)  # nobody waits for it a second time
    if running.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {running.returncode}")
    return Whole(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
