"""Simulates a month under several policies, prints what came of it, and ends with 1 when a goal is missed."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from .plot import drawn
from .policies import POLICIES
from .report import WIDTH, as_json, rows_of, show
from .runs import Result, Setting, simulate
from .servers import CLIMATES


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, simulate, and return the exit code."""
    given = _parser().parse_args(arguments)
    setting = Setting(given.world, given.episodes, given.days, given.plays_per_day)
    policies = given.policy or list(POLICIES)
    seeds = range(1, given.seeds + 1)
    results = simulate(setting, policies, seeds, done=_progress)
    rows = rows_of(results)
    if given.json:
        sys.stdout.write(as_json(rows) + "\n")
    else:
        show(rows, setting, given.seeds, console=Console(width=None if sys.stdout.isatty() else WIDTH))
        _show_causes(results)
    if given.plot is not None:
        words = (
            f"{setting.days:g} days, {setting.episodes:,} episodes, {setting.plays_per_day:g} plays a day, "
            f"{given.seeds} seeds"
        )
        given.plot.write_text(drawn(rows, words=words), encoding="utf-8")
    return 0 if all(row.holds for row in rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wellspring simulate", description=__doc__)
    usual = Setting()
    parser.add_argument("--world", choices=sorted(CLIMATES), default=usual.world, help="what the servers do")
    parser.add_argument("--episodes", type=_positive, default=usual.episodes)
    parser.add_argument("--days", type=_positive, default=int(usual.days))
    parser.add_argument("--plays-per-day", type=_positive, default=int(usual.plays_per_day))
    parser.add_argument("--seeds", type=_positive, default=5, help="how many months, each with other chances")
    parser.add_argument(
        "--policy", action="append", choices=list(POLICIES), help="only this one; may be given several times"
    )
    parser.add_argument("--json", action="store_true", help="for programs: one JSON list")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write an SVG of the table there")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _progress(result: Result) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"· {result.policy}, seed {result.seed}: {result.plays} plays\n")


def _show_causes(results: Sequence[Result]) -> None:
    """Say which links the dead presses met: the way to what would mend them."""
    for policy in dict.fromkeys(result.policy for result in results):
        found: dict[str, int] = {}
        for result in results:
            if result.policy == policy:
                for cause, count in result.dead_by:
                    found[cause] = found.get(cause, 0) + count
        most = sorted(found.items(), key=lambda one: -one[1])[:6]
        told = ", ".join(f"{cause} {count}" for cause, count in most) or "none"
        sys.stdout.write(f"dead presses of {policy}: {told}\n")


if __name__ == "__main__":
    sys.exit(main())
