import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from wellspring_sim.__main__ import main
from wellspring_sim.plot import drawn
from wellspring_sim.policies import OURS, SEEDS
from wellspring_sim.report import as_json, rows_of
from wellspring_sim.runs import Result, Setting, measured

BASE = Result(SEEDS, 1, 1000, 150.0, 17_000.0, 90.0, 4.1, 0.0, 1.0, 5.4, 0.0, 1.0, (("fsl expired", 150),))
GOOD = replace(BASE, policy=OURS, dead_presses=0.8, scrapes_per_play=10.0, wait_p95=5.1, dead_by=())


def test_a_goal_that_is_met_holds_and_a_missed_one_does_not() -> None:
    rows = {row.measure.key: row for row in rows_of([BASE, GOOD])}
    assert {key for key, row in rows.items() if row.goal} == {"dead_presses", "scrapes_per_play", "wait_p95"}
    assert all(row.holds for row in rows.values())
    worse = replace(GOOD, dead_presses=1.2, scrapes_per_play=91.0, wait_p95=5.5)
    missed = {row.measure.key for row in rows_of([BASE, worse]) if not row.holds}
    assert missed == {"dead_presses", "scrapes_per_play", "wait_p95"}


def test_a_goal_is_not_judged_without_what_it_compares() -> None:
    assert all(not row.goal for row in rows_of([replace(GOOD, dead_presses=50.0)]))


def test_the_median_of_the_seeds_counts_and_the_range_is_told() -> None:
    seeds = [replace(GOOD, seed=seed, dead_presses=value) for seed, value in enumerate((0.2, 0.9, 3.0))]
    row = rows_of([BASE, *seeds])[0]
    assert row.written(OURS) == "0.90 (0.20 to 3.00)"
    assert row.holds


def test_json_has_the_columns_of_a_benchmark() -> None:
    rows = json.loads(as_json(rows_of([BASE, GOOD])))
    assert {"what", "ours", "baseline", "ratio", "goal", "holds"} <= set(rows[0])
    assert rows[0]["policies"][SEEDS] == {"median": 150.0, "low": 150.0, "high": 150.0}


def test_the_picture_is_sound_and_reads_on_dark_paper_too() -> None:
    picture = drawn(rows_of([BASE, GOOD]), words="30 days & 5 seeds")
    root = ET.fromstring(picture)
    assert root.get("aria-label") == "30 days & 5 seeds"
    space = "{http://www.w3.org/2000/svg}"
    bars = list(root.iter(f"{space}rect"))
    assert len(bars) == 4 * 2
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    assert all(float(bar.get("width") or 0) < width for bar in bars)
    assert height > 200
    assert "prefers-color-scheme: dark" in picture


SMALL = Setting("mixed", episodes=150, days=2, plays_per_day=80)


def test_a_result_depends_on_its_seed_alone() -> None:
    assert measured(SMALL, SEEDS, 1) == measured(SMALL, SEEDS, 1)
    assert measured(SMALL, SEEDS, 1) != measured(SMALL, SEEDS, 2)


def test_the_command_ends_with_1_when_a_goal_is_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [BASE, replace(GOOD, dead_presses=9.0)]
    monkeypatch.setattr("wellspring_sim.__main__.simulate", lambda *_, **__: told)
    assert main(["--plot", str(tmp_path / "plot.svg")]) == 1
    said = capsys.readouterr().out
    assert "NO" in said
    assert "dead presses of always-6h: fsl expired 150" in said
    assert (tmp_path / "plot.svg").read_text().startswith("<svg")
    told[1] = GOOD
    assert main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["holds"] is True


def test_a_size_that_makes_no_sense_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--days", "0"])
    assert ended.value.code == 2
    assert "must be 1 or more" in capsys.readouterr().err
