"""What `wellspring test` runs, and when."""

import pytest

from wellspring_cli import checks
from wellspring_cli.checks import CHAOS_SEED, Check, Result, chaos_check
from wellspring_cli.commands import check as command


def test_the_long_storms_run_all_of_the_chaos_suite_by_their_seed() -> None:
    found = chaos_check(42)
    assert found.command[-1] == "tests/chaos"
    assert "not long" not in found.command
    assert (found.env or {})[CHAOS_SEED] == "42"
    assert "42" in found.name


def test_a_seed_that_was_given_is_used_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[Check] = []

    def run(given: list[Check]) -> list[Result]:
        ran.extend(given)
        return []

    monkeypatch.setattr(command, "run_checks", run)
    monkeypatch.setenv(CHAOS_SEED, "7")
    command.check(chaos=True)
    assert [(each.env or {})[CHAOS_SEED] for each in ran] == ["7"]
    assert f"{CHAOS_SEED}=7" in capsys.readouterr().out


def test_the_short_suite_leaves_the_long_storms_out() -> None:
    (chaos,) = [each for each in checks.all_checks(long_forms=False) if each.name == "pytest chaos"]
    assert chaos.command[-2:] == ("-m", "not long")
