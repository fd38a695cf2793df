"""`wellspring simulate` hands its options to the simulator and passes its exit code on."""

import subprocess
from typing import Any

import pytest
from typer.testing import CliRunner

from wellspring_cli.app import app
from wellspring_cli.commands import simulate
from wellspring_cli.console import Failure
from wellspring_sim.__main__ import _parser


def test_options_reach_the_simulator_and_its_exit_code_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(subprocess, "run", run)
    asked = ["simulate", "--world", "harsh", "--days", "3", "--policy", "ours", "--policy", "click-only"]
    ended = CliRunner().invoke(app, [*asked, "--json", "--plot", "plot.svg"])
    assert ended.exit_code == 1
    assert commands[0][1:3] == ["-m", "wellspring_sim"]
    given = _parser().parse_args(commands[0][3:])
    assert (given.world, given.days, given.json) == ("harsh", 3, True)
    assert given.policy == ["ours", "click-only"]
    assert (given.episodes, given.plays_per_day, given.seeds) == (10_000, 500, 5)
    assert given.plot.is_absolute()


def test_an_installation_without_the_simulator_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "find_spec", lambda _: None)
    with pytest.raises(Failure, match="no simulator"):
        simulate.simulate()
