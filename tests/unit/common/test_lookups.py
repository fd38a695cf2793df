"""Looking names up where a stop does not wait for it."""

import asyncio
import socket
import threading
from collections.abc import Generator

import pytest

from wellspring_common.lookups import LookupLoop


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Generator[threading.Event]:
    """A name server that answers when the test is over."""
    over = threading.Event()

    def wait(*_: object) -> list[object]:
        over.wait(20)
        raise socket.gaierror("too late")

    monkeypatch.setattr("socket.getaddrinfo", wait)
    yield over
    over.set()


def test_an_address_is_found_as_asyncio_finds_it() -> None:
    async def ask() -> object:
        return await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)

    with asyncio.Runner(loop_factory=LookupLoop) as ours:
        found = ours.run(ask())
    assert found == asyncio.run(ask())
    assert found == socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)


def test_a_refusal_is_raised_where_the_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr("socket.getaddrinfo", refuse)

    async def ask() -> object:
        return await asyncio.open_connection("postgres.invalid", 5432)

    with asyncio.Runner(loop_factory=LookupLoop) as runner, pytest.raises(socket.gaierror, match="unknown"):
        runner.run(ask())


def test_a_loop_ends_although_a_name_server_keeps_silent(silent: threading.Event) -> None:
    async def ask() -> None:
        async with asyncio.timeout(0.05):
            await asyncio.get_running_loop().getaddrinfo("postgres.invalid", 5432)

    with asyncio.Runner(loop_factory=LookupLoop) as runner, pytest.raises(TimeoutError):
        runner.run(ask())
    left = [thread for thread in threading.enumerate() if thread.name == "look up"]
    assert [thread.daemon for thread in left] == [True]
    silent.set()
    left[0].join(5)
    assert not left[0].is_alive()
