"""No request may send more than it should, whatever it declares."""

from collections.abc import Iterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from wellspring_gateway.bodies import BoundedBodies


class Echo:
    """Reads a whole body, and answers with its length."""

    def __init__(self) -> None:
        self.read = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            self.read += len(message.get("body", b""))
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def status_of(chunks: list[bytes], headers: list[tuple[bytes, bytes]], echo: Echo) -> int:
    left: Iterator[bytes] = iter(chunks)
    sent: list[Message] = []

    async def receive() -> Message:
        chunk = next(left, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "headers": headers}
    await BoundedBodies(echo, largest=10)(scope, receive, send)
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("chunks", "headers", "status", "read"),
    [
        ([b"12345", b"67890"], [], 200, 10),
        ([b"12345", b"678901"], [], 413, 5),
        ([b"1"], [(b"content-length", b"11")], 413, 0),
        ([b"1"], [(b"content-length", b"1")], 200, 1),
    ],
)
async def test_a_body_is_read_up_to_its_bound(
    chunks: list[bytes], headers: list[tuple[bytes, bytes]], status: int, read: int
) -> None:
    echo = Echo()
    assert await status_of(chunks, headers, echo) == status
    assert echo.read == read


@pytest.mark.parametrize(("path", "status"), [("/files", 200), ("/elsewhere", 413)])
async def test_a_path_that_takes_files_takes_more(path: str, status: int) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * 15, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "headers": [(b"content-length", b"15")], "path": path}
    await BoundedBodies(Echo(), largest=10, larger={"/files": 20})(scope, receive, send)
    assert sent[0]["status"] == status
