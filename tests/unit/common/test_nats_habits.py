"""What the adapter of NATS never does, because nats-py does it badly (docs/broker-traps.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from wellspring_common.bus.nats import bus, consumer

ROOT = Path(__file__).parents[3]
ADAPTER = Path(bus.__file__).parent
MODULES = {file.name: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(ADAPTER.glob("*.py"))}


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call of a method in the adapter: where, its name, and the call."""
    for file, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield f"{file}:{node.lineno}", node.func.attr, node


def attributes() -> Iterator[tuple[str, str]]:
    """Every attribute that the adapter asks for, and where."""
    for file, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                yield f"{file}:{node.lineno}", node.attr


def test_the_adapter_is_there_to_be_read() -> None:
    assert {"bus.py", "consumer.py", "connection.py", "pull.py"} <= set(MODULES)
    assert len(list(calls())) > 50


@pytest.mark.parametrize(
    "name",
    [
        "watch",  # rides on an ordered consumer (nats.py#510)
        "watchall",
        "keys",  # rides on a watch
        "history",
        "purge_deletes",
        "subscribe_bind",  # push: acknowledges by itself (nats.py#372)
    ],
)
def test_nothing_rides_on_an_ordered_or_a_push_consumer(name: str) -> None:
    assert [where for where, called, _ in calls() if called == name] == []


def test_no_ordered_consumer_is_asked_for() -> None:
    assert [
        where for where, _, call in calls() if any(word.arg == "ordered_consumer" for word in call.keywords)
    ] == []


def test_no_nak_is_bare() -> None:
    """A bare one brings the event again at once, whatever `backoff` says."""
    naks = [(where, call) for where, name, call in calls() if name == "nak"]
    assert len(naks) >= 2
    assert [where for where, call in naks if [word.arg for word in call.keywords] != ["delay"]] == []


def test_nothing_is_terminated_at_the_broker() -> None:
    """`term` and a spent `max_deliver` lose an event without a word: ours are kept in Postgres first."""
    assert [where for where, name, _ in calls() if name == "term"] == []


def test_no_time_out_of_nats_py_is_caught_by_its_own_class() -> None:
    """It is not what `fetch` raises (nats.py#934): the builtin is the parent of them all."""
    caught = [
        f"{file}:{node.lineno}"
        for file, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for name in ast.walk(node.type)
        if isinstance(name, ast.Attribute) and name.attr in {"TimeoutError", "FetchTimeoutError"}
    ]
    assert caught == []


def test_nothing_is_known_by_its_place_in_a_stream() -> None:
    """After a power cut a server may give the same number to another event (nats-server#5412)."""
    places = {"sequence", "stream_seq", "consumer_seq", "seq"}
    assert [where for where, name in attributes() if name in places] == []


def test_the_whole_connection_is_never_drained() -> None:
    """It waits 30 s for queues that `fetch` never reports back to (nats.py#171)."""
    drained = [
        where
        for where, name, call in calls()
        if name == "drain" and ast.unparse(call.func) != "subscription.drain"
    ]
    assert drained == []


def test_a_stream_is_never_updated_in_part() -> None:
    """`update_stream(name, subjects=...)` resets what it does not name."""
    updates = [call for _, name, call in calls() if name == "update_stream"]
    assert updates
    assert [ast.unparse(call) for call in updates if len(call.args) != 1 or call.keywords] == []


def test_nobody_waits_long_for_a_pull_that_may_be_dead() -> None:
    """A pull request dies with its server (nats.py#504), and no heartbeat tells."""
    assert consumer.FETCH_S <= 2


@pytest.mark.parametrize("service", ["gateway", "scraper", "refresher", "health", "uploader"])
def test_every_service_ends_with_its_connection(service: str) -> None:
    """A client that was closed for good leaves a process that lives on: the guard is one of its tasks."""
    wiring = ROOT / f"services/{service}/wellspring_{service}/wiring.py"
    tasks = [
        ast.unparse(word.value)
        for node in ast.walk(ast.parse(wiring.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg == "tasks"
    ]
    assert any("bus.guard" in each for each in tasks)
