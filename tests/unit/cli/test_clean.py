"""The clean-up on the command line: it shows before it asks, and asks before it acts."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.unit.cli.test_probe import GIVEN, Gateway, shown
from wellspring_cli.app import app
from wellspring_cli.commands import clean
from wellspring_cli.commands.clean import headline, statistics, titles
from wellspring_cli.console import Failure

STATISTICS = {
    "titles": 2,
    "episodes": 2,
    "sources": 4,
    "marked": 1,
    "in_trash": 0,
    "links": {"alive": 1, "unknown": 0, "suspect": 0, "dead": 1},
    "candidates": {"no_source": 0, "sources_gone": 1},
}
TITLE = {
    "title": "The [Glory]",
    "verdict": "trash",
    "reason": "sources_gone",
    "sources": 2,
    "gone_in_scrapes": 3,
}
RUN: dict[str, Any] = {
    "id": "0193",
    "dry_run": False,
    "counts": {"mark": 0, "wait": 0, "unmark": 0, "trash": 1},
    "before": STATISTICS,
    "after": {**STATISTICS, "titles": 1, "in_trash": 1},
    "titles": [TITLE],
    "held_back": [],
}
PLAN = {**RUN, "id": None, "dry_run": True, "after": STATISTICS}
REHEARSE, ACT = {"dry_run": True}, {"dry_run": False}


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """Let the verb come in without a gateway."""
    (tmp_path / "password").write_text("a long sentence")
    (tmp_path / "password").chmod(0o600)
    monkeypatch.setenv("WELLSPRING_ADMIN_PASSWORD_FILE", str(tmp_path / "password"))

    def serve(*answers: dict[str, Any]) -> Gateway:
        gateway = Gateway(*answers)
        monkeypatch.setattr(clean, "signed_in", lambda *_: gateway)
        return gateway

    return serve


def test_a_rehearsal_only_rehearses(signed_in: Any) -> None:
    gateway = signed_in(PLAN)
    result = CliRunner().invoke(app, ["clean", "--dry-run", *GIVEN])
    assert (result.exit_code, "nothing was changed" in result.output) == (0, True)
    assert gateway.asked == [("POST", "/api/v1/clean", REHEARSE)]


@pytest.mark.parametrize(("said", "asked", "code"), [("y\n", [REHEARSE, ACT], 0), ("n\n", [REHEARSE], 1)])
def test_a_person_is_asked_first(signed_in: Any, said: str, asked: list[dict[str, bool]], code: int) -> None:
    gateway = signed_in(PLAN, RUN)
    result = CliRunner().invoke(app, ["clean", *GIVEN], input=said)
    assert result.exit_code == code, result.output
    assert [body for _, _, body in gateway.asked] == asked
    assert ("clean --undo 0193" in result.output) is (code == 0)


def test_where_nothing_would_change_nobody_is_asked(signed_in: Any) -> None:
    gateway = signed_in({**PLAN, "counts": {**PLAN["counts"], "trash": 0, "wait": 1}, "titles": []})
    assert CliRunner().invoke(app, ["clean", *GIVEN]).exit_code == 0
    assert len(gateway.asked) == 1


def test_an_open_breaker_is_said_and_nothing_is_asked_for(signed_in: Any) -> None:
    gateway = signed_in({**PLAN, "held_back": ["*", "a.example"]})
    result = CliRunner().invoke(app, ["clean", *GIVEN])
    assert isinstance(result.exception, Failure)
    assert "our own network, a.example" in result.output
    assert len(gateway.asked) == 1


def test_programs_say_yes_or_rehearse(signed_in: Any) -> None:
    gateway = signed_in(RUN)
    refused = CliRunner().invoke(app, ["clean", "--json", *GIVEN])
    assert isinstance(refused.exception, Failure)
    assert refused.exception.exit_code == 2
    result = CliRunner().invoke(app, ["clean", "--json", "--yes", *GIVEN])
    assert json.loads(result.stdout) == RUN
    assert [body for _, _, body in gateway.asked] == [ACT]


def test_a_run_is_undone(signed_in: Any) -> None:
    gateway = signed_in({**RUN, "restored": [4, 5]})
    result = CliRunner().invoke(app, ["clean", "--undo", "0193", *GIVEN])
    assert (result.exit_code, "2 titles restored" in result.output) == (0, True)
    assert gateway.asked == [("POST", "/api/v1/clean/0193/undo", None)]


def test_titles_are_shown_with_their_evidence_and_the_library_before_and_after() -> None:
    assert "The [Glory] to the trash every source gone: 2 in 3 scrapes" in shown(titles([TITLE]))
    lines = shown(statistics(RUN))
    assert "titles 2 1" in lines
    assert "titles 2" in shown(statistics(PLAN))
    assert "links dead 1 1" in lines
    assert "candidates: every source gone 1 1" in lines
    assert (
        headline({**RUN, "counts": dict.fromkeys(RUN["counts"], 0)}) == "[green]done[/]: nothing to clean up"
    )
