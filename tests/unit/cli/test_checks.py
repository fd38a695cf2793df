"""What `wellspring test` runs, and when."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from wellspring_cli import checks
from wellspring_cli.app import app
from wellspring_cli.checks import CHAOS_AWAY, CHAOS_KILLS, CHAOS_SEED, Check, Result, chaos_check, run_checks
from wellspring_cli.commands import check as command
from wellspring_cli.places import ROOT


def test_the_long_storms_run_all_of_the_chaos_suite_by_their_seed() -> None:
    found = chaos_check(42, kills=300)
    assert found.command[-1] == "tests/chaos"
    assert "not long" not in found.command
    assert {name: (found.env or {})[name] for name in (CHAOS_SEED, CHAOS_KILLS, CHAOS_AWAY)} == {
        CHAOS_SEED: "42",
        CHAOS_KILLS: "300",
        CHAOS_AWAY: "600",
    }
    assert "42" in found.name


@pytest.mark.parametrize(
    ("arguments", "environment", "ran"),
    [
        pytest.param([], {CHAOS_SEED: "7"}, ("7", "200"), id="by the environment"),
        pytest.param(["--seed", "8", "--kills", "9"], {CHAOS_SEED: "7"}, ("8", "9"), id="options come first"),
    ],
)
def test_a_seed_and_a_number_of_kills_that_were_given_are_used(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], environment: dict[str, str], ran: tuple[str, str]
) -> None:
    found: list[Check] = []

    def run(given: list[Check]) -> list[Result]:
        found.extend(given)
        return []

    monkeypatch.setattr(command, "run_checks", run)
    done = CliRunner().invoke(app, ["test", "--chaos", *arguments], env=environment)
    assert done.exit_code == 0, done.output
    (check,) = found
    assert ((check.env or {})[CHAOS_SEED], (check.env or {})[CHAOS_KILLS]) == ran
    assert f"--seed {ran[0]} --kills {ran[1]}" in done.output


def test_the_short_suite_leaves_the_long_storms_out() -> None:
    (chaos,) = [each for each in checks.all_checks(long_forms=False) if each.name == "pytest chaos"]
    assert chaos.command[-2:] == ("-m", "not long")


def test_long_storms_are_the_only_load_and_short_ones_share_the_machine() -> None:
    (short,) = [each for each in checks.all_checks(long_forms=False) if each.name == "pytest chaos"]
    assert "-n" in short.command
    assert "-n" not in chaos_check(42, kills=300).command


def test_quiet_checks_run_side_by_side_and_are_told_of_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def meets(mine: str, other: str, code: int) -> Check:
        waits = f"touch {tmp_path / mine}; until [ -e {tmp_path / other} ]; do sleep 0.01; done"
        return Check(mine, ("sh", "-c", f"{waits}; echo {mine} complains; exit {code}"))

    nothing = Check("nothing", (), missing="no tests there yet")
    results = run_checks([meets("first", "second", 1), meets("second", "first", 0), nothing])
    assert [(each.name, each.passed) for each in results] == [
        ("first", False),
        ("second", True),
        ("nothing", None),
    ]
    lines = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert lines == [["first", "complains"], ["✗", "first"], ["✓", "second"], ["-", "nothing"]]


def test_the_short_suite_tries_fewer_examples_and_the_long_one_all() -> None:
    short = checks.suite_check("unit", long_forms=False)
    long = checks.suite_check("unit", long_forms=True)
    assert short.command == (*long.command, "--hypothesis-profile", "short", "-m", "not long")


def test_the_halves_of_a_suite_leave_no_test_out_and_try_as_much_as_the_whole() -> None:
    first, rest = checks.suite_checks("unit", long_forms=False)
    folders = [word for word in first.command if word.startswith("tests/")]
    assert [
        word.removeprefix("--ignore=") for word in rest.command if word.startswith("--ignore=")
    ] == folders
    assert "tests/unit" in rest.command
    assert all((ROOT / folder).is_dir() for folder in folders)
    options = checks.suite_check("unit", long_forms=False).command[4:]
    assert [each.command[-len(options) :] for each in (first, rest)] == [options, options]
    assert not first.streams
    assert not rest.streams
