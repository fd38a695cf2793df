"""What a tree of processes takes, sampled by a process of its own so that the measured one is not slowed.

`hard` is what the kernel cannot take back (anonymous and shared memory), `pss` is that and the mapped files,
both with shared pages divided by who shares them. `rss` divides nothing: it is what a process with nobody to
share libraries with would have. Run as `python -m tests.bench._memory PID EVERY_S`: on
SIGTERM it prints the peaks.
"""

import contextlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wellspring_scraper.adapters.processes import tree

_KB = 1024
_MB = 1024 * 1024


@dataclass
class Taken:
    """Megabytes of a tree. `processes` counts its root too."""

    hard: float = 0.0
    pss: float = 0.0
    rss: float = 0.0
    processes: int = 0

    def at_least(self, other: "Taken") -> "Taken":
        """Return the larger of each."""
        return Taken(
            max(self.hard, other.hard),
            max(self.pss, other.pss),
            max(self.rss, other.rss),
            max(self.processes, other.processes),
        )


def taken(root: int) -> Taken:
    """Return what a process and all below it take now."""
    found = Taken()
    for pid in (root, *tree(root)):
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            figures = {
                name: int(rest.split()[0]) * _KB / _MB
                for name, _, rest in (line.partition(":") for line in text.splitlines()[1:])
            }
            found.hard += figures["Pss_Anon"] + figures["Pss_Shmem"]
            found.pss += figures["Pss"]
            found.rss += figures["Rss"]
            found.processes += 1
    return found


@contextmanager
def peak_of(root: int, every_s: float = 0.01) -> Generator[Taken]:
    """Yield what will hold the peak of a tree once the block has ended."""
    command = [sys.executable, "-m", "tests.bench._memory", str(root), str(every_s)]
    sampler = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = Taken()
    try:
        yield peak
    finally:
        sampler.send_signal(signal.SIGTERM)
        said, _ = sampler.communicate(timeout=10)
        vars(peak).update(json.loads(said))


def main() -> None:
    """Sample until told to stop."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    root, every_s, peak = int(sys.argv[1]), float(sys.argv[2]), Taken()
    while not over.wait(every_s):
        peak = peak.at_least(taken(root))
    sys.stdout.write(json.dumps(vars(peak)))


if __name__ == "__main__":
    main()
