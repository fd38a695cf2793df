"""Sending a film against curl: the same file, the same host, in turns; and what a broken line costs.

curl sends its form by reads and writes of its own. Ours leaves the copying to the kernel where a line is
plain, and to a thread that reads ahead where it is encrypted. The host reads and forgets: a platform is
slower than either. A ratio is the median of the rounds'.
Run by `./wellspring bench upload`.
"""

import asyncio
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.contract.targets.grounds import UPLOAD_HOST, AnyGround, card_of, demo_ground, film_in
from wellspring_common.errors import WellspringError
from wellspring_demo.world import running_platforms
from wellspring_uploader.domain.refusals import SessionLost

from ._table import Row, report

ROOT = Path(__file__).parents[2]
ROUNDS = 31
MB, GB = 10**6, 10**9
LEAST, FLAT_MB = 0.9, 5.0
SMALL, LARGE, RACED = 100 * MB, 4 * GB, 2 * GB
BROKEN_FILM = 20 * MB


@dataclass(frozen=True)
class Taken:
    """What one upload took. curl tells no memory."""

    wall_s: float
    cpu_s: float
    peak_mb: float = 0.0


@contextmanager
def sink() -> Generator[str]:
    """Run the host, and yield its origin."""
    command = [sys.executable, "-m", "tests.bench._upload_sink"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    try:
        yield f"http://127.0.0.1:{running.stdout.readline().strip()}"
    finally:
        running.terminate()
        running.wait(timeout=10)


def sparse(folder: Path, size: int) -> Path:
    """Return a file of zeros that takes no room on the disk."""
    path = folder / f"film-{size}.mp4"
    with path.open("wb") as file:
        file.truncate(size)
    return path


def ours(origin: str, film: Path) -> Taken:
    """Send as the uploader does."""
    command = [sys.executable, "-m", "tests.bench._upload_client", origin, str(film)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Taken(**json.loads(done.stdout))


def curls(origin: str, film: Path) -> Taken:
    """Send as curl does. Its own clock begins with the upload too."""
    shown = ["-w", "%{time_total}", "-o", "/dev/null"]
    command = ["curl", "-sS", "--fail", *shown, "-F", f"file=@{film}", f"{origin}/upload"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    said = running.stdout.read()
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode != 0:
        raise SystemExit(f"curl ended with {running.returncode}")
    return Taken(float(said), used.ru_utime + used.ru_stime)


def race(origin: str, film: Path) -> list[tuple[Taken, Taken]]:
    """Return the rounds, of which every second one begins with curl."""
    for warming in (ours, curls):
        warming(origin, film)
    rounds = []
    for number in range(ROUNDS):
        if number % 2:
            theirs = curls(origin, film)
            mine = ours(origin, film)
        else:
            mine = ours(origin, film)
            theirs = curls(origin, film)
        rounds.append((mine, theirs))
    return rounds


def race_rows(rounds: Sequence[tuple[Taken, Taken]]) -> list[Row]:
    """Return a row for the clock, and one for the processors."""
    speeds = [theirs.wall_s / mine.wall_s for mine, theirs in rounds]
    costs = [mine.cpu_s / theirs.cpu_s for mine, theirs in rounds]
    speed = statistics.median(speeds)

    def rate(walls: Sequence[float]) -> str:
        return f"{RACED / MB / statistics.median(walls):,.0f} MB/s"

    def spent(cpus: Sequence[float]) -> str:
        return f"{statistics.median(cpus):.2f} s"

    return [
        Row(
            f"{RACED / GB:g} GB over loopback, as a form",
            rate([mine.wall_s for mine, _ in rounds]),
            f"{rate([theirs.wall_s for _, theirs in rounds])} (curl -F)",
            f"{speed:.2f} ({min(speeds):.2f}-{max(speeds):.2f})",
            f">= {LEAST:g} x",
            speed >= LEAST,
        ),
        Row(
            "processor time of that",
            spent([mine.cpu_s for mine, _ in rounds]),
            f"{spent([theirs.cpu_s for _, theirs in rounds])} (curl -F)",
            f"{statistics.median(costs):.2f} ({min(costs):.2f}-{max(costs):.2f})",
            "-",
            holds=True,
        ),
    ]


def memory_row(origin: str, folder: Path) -> Row:
    """Return the row of peak memory: the same for forty times the film."""
    peaks = {size: [ours(origin, sparse(folder, size)).peak_mb for _ in range(2)] for size in (SMALL, LARGE)}
    few, many = min(peaks[SMALL]), max(peaks[LARGE])
    return Row(
        f"peak memory of the process, {SMALL // MB} MB and {LARGE // GB} GB",
        f"{few:.1f} MB, {many:.1f} MB",
        "-",
        f"{many - few:+.1f} MB",
        f"within {FLAT_MB:g} MB",
        abs(many - few) <= FLAT_MB,
    )


async def sent_again(name: str, folder: Path) -> tuple[int, int]:
    """Break the line in the middle of a film; return the bytes that were sent twice, and what may be."""
    async with running_platforms(folder / f"world-{name}") as world:
        ground, film = demo_ground(world, name), film_in(folder, size=BROKEN_FILM)
        whole = not ground.asks_first

        async def told(received: int) -> None:
            nonlocal whole
            if not whole and received >= BROKEN_FILM // 2:
                whole = True
                ground.cut_sending(0.5)

        if not ground.asks_first:
            ground.cut_sending(0.5)
        session = await ground.target.begin(film, card_of())
        try:
            await ground.target.send(session, film, told)
            raise SystemExit(f"{name}: nothing broke off")
        except SessionLost:
            session = await ground.target.begin(film, card_of())
        except WellspringError:
            pass
        await ground.target.send(session, film, told)
        await ground.close()
        most = ground.settings["chunk_bytes"] if ground.asks_first else film.size_bytes
        return received_by(ground) - film.size_bytes, int(most)


def received_by(ground: AnyGround) -> int:
    """Return the bytes of films that arrived, without the form around them."""
    form = 0 if ground.asks_first else 400 * len(ground.world.log.entries(UPLOAD_HOST))
    return max(ground.received() - form, 0)


def broken_row(name: str, shown: str, unit: str, folder: Path) -> Row:
    """Return the row of what a broken line costs."""
    again, most = asyncio.run(sent_again(name, folder))
    return Row(
        f"sent again after a line that broke at 50 %, {shown}",
        f"{again / MB:.2f} MB of {BROKEN_FILM / MB:g}",
        "-",
        "-",
        f"at most one {unit} ({most / MB:.2f} MB)",
        again <= most,
    )


def main() -> None:
    """Measure and print."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # the broken lines are our own doing
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with sink() as origin:
            rows = race_rows(race(origin, sparse(folder, RACED)))
            rows.append(memory_row(origin, folder))
        rows += [
            broken_row("dailymotion-v2", "Dailymotion by a form", "film", folder),
            broken_row("dailymotion-pieces", "Dailymotion in pieces", "piece", folder),
            broken_row("peertube", "PeerTube", "piece", folder),
        ]
    report("Sending films against curl (medians)", rows)


if __name__ == "__main__":
    main()
