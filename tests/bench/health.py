"""The probe engine against lychee: the same links, the same server, limits lifted; and then with limits on.

lychee asks by HEAD, and believes any status that it is told to. Ours asks for 512 bytes, and checks every
address and what the bytes are. Programs are measured whole, start and imports included, in turns and after
one run of each that nobody counts: it warms the files and writes our byte code, which an image brings along.
A ratio is the median of the rounds'.
Run by `./wellspring bench health`, best on a machine with nginx.
"""

import os
import random
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wellspring_common.fetch.pace import PaceRule

from ._file_server import FileServer, serving
from ._lychee import lychee_command
from ._table import Row, report
from ._whole import Whole, run_whole

ROUNDS = {5_000: 7, 50_000: 3}
MUST, GOAL = 1.5, {5_000: 1.0, 50_000: 0.6}
MOST_MB, MOST_GROWTH_MB = 64.0, 10.0
MIX = (("v", 0.92), ("n", 0.05), ("f", 0.03))
POLITE = PaceRule()
POLITE_LINKS = 40
LOG_LAG_S = 0.05
"""The log's end of a request is later than the client's, by as long as the server's loop takes."""


@dataclass(frozen=True)
class Round:
    """Both, one right after the other."""

    ours: Whole
    lychee: Whole


def write_links(path: Path, count: int, server: FileServer) -> Counter[str]:
    """Write so many links in a fixed shuffle and return how many there are of each kind."""
    dice = random.Random(7)
    kinds = [kind for kind, share in MIX for _ in range(round(count * share))]
    dice.shuffle(kinds)
    base = f"http://127.0.0.1:{server.port}"
    with path.open("w") as links:
        for number, kind in enumerate(kinds):
            name = f"title-{number % 997}/ep-{number:07d}-{dice.getrandbits(64):016x}.mp4"
            links.write(f"{base}/{kind}/{name}\n")
    return Counter(kinds)


def our_command(links: Path, out: Path, server: FileServer, *pace: str) -> list[str]:
    """Return what runs our engine."""
    engine = [sys.executable, "-m", "tests.bench._probe_engine"]
    return [*engine, str(links), str(out), f"127.0.0.1:{server.port}", *pace]


def measured(count: int, server: FileServer, room: Path) -> list[Round]:
    """Return the rounds, of which every second one begins with lychee. The verdicts are checked."""
    links, out = room / f"{count}.txt", room / "out.tsv"
    kinds = write_links(links, count, server)
    expected = {"ok": kinds["v"], "not_found": kinds["n"], "forbidden": kinds["f"]}
    ours, lychee = our_command(links, out, server), lychee_command(links, room / "lychee.json")
    for warming in (ours, lychee):
        run_whole(warming)
    rounds = []
    for number in range(ROUNDS[count]):
        if number % 2:
            second = run_whole(lychee)
            first = run_whole(ours)
        else:
            first = run_whole(ours)
            second = run_whole(lychee)
        rounds.append(Round(first, second))
        with out.open() as lines:
            found = Counter(line.rsplit("\t", 1)[1].strip() for line in lines)
        if found != expected:
            raise SystemExit(f"The verdicts are {dict(found)}, not {expected}.")
    return rounds


def _row(what: str, ours: Sequence[float], theirs: Sequence[float], unit: str, goal: float | None) -> Row:
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    ratio = statistics.median(ratios)
    said = (
        "-" if goal is None else f"<= {MUST:g} x, wish {goal:g} x ({'met' if ratio <= goal else 'not met'})"
    )
    return Row(
        what,
        f"{statistics.median(ours):.2f} {unit}",
        f"{statistics.median(theirs):.2f} {unit} (lychee)",
        f"{ratio:.2f} ({min(ratios):.2f}-{max(ratios):.2f})",
        said,
        goal is None or ratio <= MUST,
    )


def rows_of(count: int, rounds: Sequence[Round]) -> list[Row]:
    """Return a row for the clock, and one for the processors."""
    ours, lychee = [each.ours for each in rounds], [each.lychee for each in rounds]
    per_link = 1e6 / count
    return [
        _row(
            f"{count:,} links, whole process",
            [each.wall_s for each in ours],
            [each.wall_s for each in lychee],
            "s",
            GOAL[count],
        ),
        _row(
            f"{count:,} links, processor time a link",
            [each.cpu_s * per_link for each in ours],
            [each.cpu_s * per_link for each in lychee],
            "µs",
            None,
        ),
    ]


def memory_row(taken: dict[int, list[Round]]) -> Row:
    """Return the row of peak memory: small, and the same for ten times as many links."""
    ours = {count: max(each.ours.rss_mb for each in rounds) for count, rounds in taken.items()}
    theirs = {count: max(each.lychee.rss_mb for each in rounds) for count, rounds in taken.items()}
    few, many = min(ours), max(ours)
    return Row(
        f"peak memory, {few:,} and {many:,} links",
        f"{ours[few]:.0f} MB, {ours[many]:.0f} MB",
        f"{theirs[few]:.0f} MB, {theirs[many]:.0f} MB (lychee)",
        f"{ours[many] / theirs[many]:.2f}",
        f"<= {MOST_MB:g} MB, and flat within {MOST_GROWTH_MB:g} MB",
        ours[many] <= MOST_MB and ours[many] - ours[few] <= MOST_GROWTH_MB,
    )


def polite_row(server: FileServer, room: Path) -> Row:
    """Probe with limits on, and return what the server's own log says of pace and concurrency."""
    links = room / "polite.txt"
    write_links(links, POLITE_LINKS, server)
    pace = (str(POLITE.concurrency), str(POLITE.burst), str(POLITE.rate_per_s))
    run_whole(our_command(links, room / "polite.tsv", server, *pace))
    asked = sorted(tuple(map(float, line.split()[:2])) for line in server.log.read_text().splitlines())
    ends = [end for end, _ in asked]
    began = sorted(end - took for end, took in asked)
    at_once = max(sum(other - took <= at < other - LOG_LAG_S for other, took in asked) for at in began)
    # so many in a window are allowed: the burst, and what the rate gives while it lasts
    over = max(
        (last - first + 1) - (POLITE.burst + (began[last] - began[first]) * POLITE.rate_per_s + 1)
        for first in range(len(began))
        for last in range(first, len(began))
    )
    return Row(
        f"{len(ends)} links on one host, limits on, by the server's log",
        f"{at_once} at once, {began[-1] - began[0]:.1f} s",
        f"{POLITE.concurrency} at once, {POLITE.burst} and {POLITE.rate_per_s:g} a second",
        "-",
        "never more than allowed",
        len(ends) == POLITE_LINKS and over <= 0 and at_once <= POLITE.concurrency,
    )


def main() -> None:
    """Measure and print."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        with serving() as server:
            taken = {count: measured(count, server, room) for count in ROUNDS}
        rows = [row for count, rounds in taken.items() for row in rows_of(count, rounds)]
        rows.append(memory_row(taken))
        if server.kind == "nginx":  # the other one keeps no log
            with serving(logged=True, rate="600") as server:
                rows.append(polite_row(server, room))
    report(f"Probing against lychee, limits lifted, served by {server.kind} (medians)", rows)


if __name__ == "__main__":
    main()
