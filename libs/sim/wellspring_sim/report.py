"""What the simulator prints: a row a measure, a column a policy, and whether the goals hold."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from .policies import OURS, SEEDS
from .runs import Result, Setting, Spread, spread

WIDTH = 160
MOST_DEAD = 1.0
"""So many dead presses of 1,000 plays may be."""


@dataclass(frozen=True)
class Measure:
    """One measured thing: its name in a result, in words, and how it is written."""

    key: str
    words: str
    form: str


MEASURES = (
    Measure("dead_presses", "dead presses in 1,000 plays", "{:.2f}"),
    Measure("dead_exposure", "dead exposure, seconds an episode and day", "{:,.0f}"),
    Measure("cold_presses", "presses that waited for a scrape, in 1,000", "{:.0f}"),
    Measure("unserved", "presses without a film, in 1,000", "{:.2f}"),
    Measure("wait_p50", "wait for the first frame, median, s", "{:.2f}"),
    Measure("wait_p95", "wait for the first frame, p95, s", "{:.2f}"),
    Measure("scrapes_per_play", "scrapes a play", "{:.1f}"),
    Measure("scrapes_per_episode_day", "scrapes an episode and day", "{:.3f}"),
    Measure("probes_per_day", "probes a day", "{:,.0f}"),
)


@dataclass(frozen=True)
class Row:
    """One measure of every policy. `goal` says in words what `holds` decided, where there is a goal."""

    measure: Measure
    values: dict[str, Spread]
    goal: str = ""
    holds: bool = True

    @property
    def ratio(self) -> str:
        """Return ours as a part of the seeds', where both are there."""
        ours, seeds = self.values.get(OURS), self.values.get(SEEDS)
        if ours is None or seeds is None or seeds.middle == 0:
            return "-"
        return f"{ours.middle / seeds.middle:.3f}"

    def written(self, policy: str) -> str:
        """Return a policy's median with the range over the seeds."""
        found = self.values.get(policy)
        if found is None:
            return "-"
        middle, low, high = (self.measure.form.format(part) for part in (found.middle, found.low, found.high))
        return middle if low == high else f"{middle} ({low} to {high})"

    def as_json(self) -> dict[str, object]:
        """Return the row as the benches write theirs, with the other policies and plain numbers beside."""
        return {
            "what": self.measure.words,
            "ours": self.written(OURS),
            "baseline": self.written(SEEDS),
            "ratio": self.ratio,
            "goal": self.goal or "-",
            "holds": self.holds,
            "policies": {
                policy: {"median": one.middle, "low": one.low, "high": one.high}
                for policy, one in self.values.items()
            },
        }


_Goal = tuple[str, Callable[[Spread, Spread], bool]]
GOALS: dict[str, _Goal] = {
    "dead_presses": ("at most 1", lambda ours, _: ours.middle <= MOST_DEAD),
    "scrapes_per_play": (f"fewer than {SEEDS}", lambda ours, seeds: ours.middle < seeds.middle),
    "wait_p95": (f"no worse than {SEEDS}", lambda ours, seeds: ours.middle <= seeds.middle),
}


def rows_of(results: Sequence[Result]) -> list[Row]:
    """Return the table. A goal is only judged where both policies that it speaks of were simulated."""
    policies = list(dict.fromkeys(result.policy for result in results))
    rows = []
    for measure in MEASURES:
        values = {policy: spread(results, policy, measure.key) for policy in policies}
        if measure.key in GOALS and OURS in values and SEEDS in values:
            words, holds = GOALS[measure.key]
            rows.append(Row(measure, values, words, holds(values[OURS], values[SEEDS])))
        else:
            rows.append(Row(measure, values))
    return rows


def as_json(rows: Sequence[Row]) -> str:
    """Return the table as one JSON list."""
    return json.dumps([row.as_json() for row in rows], indent=2)


def show(rows: Sequence[Row], setting: Setting, seeds: int, *, console: Console) -> None:
    """Print the table."""
    title = (
        f"{setting.days:g} days, {setting.episodes:,} episodes, {setting.plays_per_day:g} plays a day, "
        f"world {setting.world!r}: median of {seeds} seeds (least to most)"
    )
    table = Table(title=title)
    policies = list(rows[0].values)
    for heading in ("what", *policies, "ratio", "goal", "holds"):
        table.add_column(heading)
    for row in rows:
        holds = ("yes" if row.holds else "NO") if row.goal else ""
        table.add_row(
            row.measure.words, *(row.written(policy) for policy in policies), row.ratio, row.goal, holds
        )
    console.print(table)
