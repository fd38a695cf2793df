"""How a look at links is asked for on the command line, and how its end is told."""

import asyncio
import json
from io import StringIO
from typing import Any, Self

import pytest
from rich.console import Console
from typer.testing import CliRunner

from wellspring_cli.app import app
from wellspring_cli.commands import probe
from wellspring_cli.commands.probe import conditions, headline, summary

RUN: dict[str, Any] = {
    "id": "0193",
    "filter": {},
    "state": "done",
    "total": 12,
    "done": 12,
    "counts": {"http_404": 2, "alive": 10},
    "states_before": {"alive": 9, "unknown": 3},
    "states_after": {"alive": 10, "dead": 2},
    "error": None,
}
GIVEN = ["--url", "http://127.0.0.1:1"]


def shown(table: object) -> list[str]:
    """Return the lines of what is printed, without the blanks around columns."""
    console = Console(width=100, record=True, file=StringIO())
    console.print(table)
    return [" ".join(line.split()) for line in console.export_text().splitlines()]


class Gateway:
    """Answers as the API does, one answer after the other, and remembers what it was asked."""

    url = "http://127.0.0.1:1"

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self._answers = list(answers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def send(self, method: str, path: str, body: Any = None, **_: Any) -> dict[str, Any]:
        await asyncio.sleep(0)
        self.asked.append((method, path, body))
        return {**self._answers.pop(0), "http_status": 200}


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """Let the verb come in without a gateway, and look without a pause."""
    (tmp_path / "password").write_text("a long sentence")
    (tmp_path / "password").chmod(0o600)
    monkeypatch.setenv("WELLSPRING_ADMIN_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setattr(probe, "LOOK_EVERY_S", 0)

    def serve(*answers: dict[str, Any]) -> Gateway:
        gateway = Gateway(*answers)
        monkeypatch.setattr(probe, "signed_in", lambda *_: gateway)
        return gateway

    return serve


def test_the_reasons_and_the_states_are_told_the_most_frequent_first() -> None:
    lines = shown(summary(RUN))
    assert lines[1:3] == ["alive 10", "http_404 2"]
    assert lines[-3:] == ["alive 9 → 10", "dead 0 → 2", "unknown 3 → 0"]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (RUN, "12 of 12 links looked at"),
        ({**RUN, "total": 0, "done": 0}, "no link meets these conditions"),
        ({**RUN, "state": "failed", "done": 3, "error": "our [network] is down"}, "our \\[network] is down"),
        ({**RUN, "state": "failed"}, "no reason given"),
    ],
)
def test_the_end_is_said_in_one_line(run: dict[str, Any], words: str) -> None:
    assert words in headline(run)


def test_conditions_are_said_in_words() -> None:
    assert conditions({}) == "every link"
    wanted = {"limit": 5, "older_than_hours": 24.0, "timeout_s": 2.5, "host": "files.example", "title": "a"}
    said = "at most 5 links, not looked at for 24 h, 2.5 s each, on files.example, of a"
    assert conditions(wanted) == said


def test_the_options_become_the_filter_and_the_run_is_followed_to_its_end(signed_in: Any) -> None:
    queued = {**RUN, "state": "queued", "total": 0, "done": 0, "counts": {}}
    gateway = signed_in(queued, queued, {**RUN, "state": "running", "done": 4}, RUN)
    options = ["--limit", "5", "--older-than", "24", "--timeout", "2.5", "--host", "h", "--title", "a"]
    result = CliRunner().invoke(app, ["probe", *options, "--json", *GIVEN])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == RUN
    wish = {"limit": 5, "older_than_hours": 24.0, "timeout_s": 2.5, "host": "h", "title": "a"}
    assert gateway.asked == [("POST", "/api/v1/probes", wish)] + 3 * [("GET", "/api/v1/probes/0193", None)]


def test_without_waiting_only_the_question_is_put(signed_in: Any) -> None:
    gateway = signed_in({**RUN, "state": "queued"})
    assert CliRunner().invoke(app, ["probe", "--no-wait", *GIVEN]).exit_code == 0
    assert gateway.asked == [("POST", "/api/v1/probes", {})]


def test_a_run_that_failed_is_an_error(signed_in: Any) -> None:
    signed_in({**RUN, "state": "failed", "error": "gone"})
    result = CliRunner().invoke(app, ["probe", *GIVEN])
    assert (result.exit_code, "gone" in result.output) == (1, True)


@pytest.mark.parametrize("wrong", [["--limit", "0"], ["--timeout", "61"], ["--older-than", "-1"]])
def test_options_out_of_range_are_refused_before_anything_is_asked(signed_in: Any, wrong: list[str]) -> None:
    gateway = signed_in()
    assert CliRunner().invoke(app, ["probe", *wrong, *GIVEN]).exit_code == 2
    assert gateway.asked == []
