"""Nobody waits for the broker without an end: every await on nats-py stands inside a deadline."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from wellspring_common.bus.nats import bus

FOLDER = Path(bus.__file__).parent
DEADLINES = {"within", "timeout"}
"""`within` of this package and `asyncio.timeout`."""
OF_THE_CLIENT = {
    *("add_consumer", "add_stream", "consumer_info", "consumers_info", "delete_consumer", "stream_info"),
    *("streams_info", "update_stream", "pull_subscribe", "fetch", "key_value"),
    *("close", "drain", "flush", "publish", "request", "respond", "subscribe", "unsubscribe"),
    *("create", "delete", "get", "put", "update"),
    *("ack", "in_progress", "nak", "term"),
}
"""What nats-py does over the network. A service may wait for `connect` as long as it takes."""
OURS = {"self._queue.get()"}
"""Awaits that are no client's."""
SENT = "acknowledge"
"""The function of pull.py whose deadline stands in `_send` of consumer.py."""


@dataclass(frozen=True)
class Call:
    """One call: whose function it stands in, whether it is awaited, and whether a deadline is around it."""

    node: ast.Call
    inside: str
    awaited: bool
    bounded: bool

    @property
    def name(self) -> str:
        function = self.node.func
        return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")

    @property
    def is_of_the_client(self) -> bool:
        is_method = isinstance(self.node.func, ast.Attribute)
        return (
            self.awaited and is_method and self.name in OF_THE_CLIENT and ast.unparse(self.node) not in OURS
        )


def calls(node: ast.AST, *, inside: str = "", awaited: bool = False, bounded: bool = False) -> Iterator[Call]:
    if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
        inside, bounded = node.name, False
    if isinstance(node, ast.AsyncWith):
        bounded = bounded or any(is_deadline(item.context_expr) for item in node.items)
    if isinstance(node, ast.Call):
        yield Call(node, inside, awaited, bounded)
    for child in ast.iter_child_nodes(node):
        yield from calls(child, inside=inside, awaited=isinstance(node, ast.Await), bounded=bounded)


def is_deadline(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and Call(node, "", awaited=False, bounded=False).name in DEADLINES


def endless(source: str) -> list[str]:
    """Return what may last for ever. A private function is safe where each call of it is."""
    found = list(calls(ast.parse(source)))
    safe: set[str] = set()
    private = {call.inside for call in found if call.inside.startswith("_")}
    for _ in private:  # a chain of them is no longer than this
        for name in private:
            callers = [call for call in found if call.name == name]
            if callers and all(call.bounded or call.inside in safe for call in callers):
                safe.add(name)
    return [
        f"{call.inside}: {ast.unparse(call.node)}"
        for call in found
        if call.is_of_the_client and not call.bounded and call.inside not in {*safe, SENT}
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_every_wait_for_the_broker_has_an_end(path: Path) -> None:
    assert endless(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "async def put(self):\n    await self._held.put(1)",
        "async def put(self):\n    with heeding():\n        await self._held.put(1)",
        "async def put(self):\n    async with within(1):\n        pass\n    await self._held.put(1)",
        "async def put(self):\n    await _put(self)\nasync def _put(self):\n    await self._held.put(1)",
    ],
)
def test_a_wait_without_an_end_is_found(source: str) -> None:
    assert len(endless(source)) == 1


def test_a_deadline_around_the_caller_is_one() -> None:
    source = "async def put(self):\n    async with within(1):\n        await _put(self)\n"
    assert endless(source + "async def _put(self):\n    await self._held.put(1)") == []


def test_acknowledgements_are_only_sent_by_what_has_a_deadline() -> None:
    text = {
        path.stem: list(calls(ast.parse(path.read_text(encoding="utf-8")))) for path in FOLDER.glob("*.py")
    }
    made = [(stem, call.node) for stem, found in text.items() for call in found if call.name == SENT]
    handed = [argument for call in text["consumer"] if call.name == "_send" for argument in call.node.args]
    assert made
    assert all(stem == "consumer" and node in handed for stem, node in made)
    (send,) = [call for call in text["consumer"] if call.inside == "_send" and is_deadline(call.node)]
    assert send.name == "within"
