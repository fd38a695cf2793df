"""A stop does not wait for a name server."""

import asyncio
import signal
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Callable

import pytest

STOP_S = 3.0
# The name of its database never gets an answer, which a test cannot ask of a real name server.
SERVICE = """
import socket, sys, threading

def silent(host, *arguments, known=socket.getaddrinfo, **more):
    if host != "postgres.invalid":
        return known(host, *arguments, **more)
    sys.stderr.write("asked\\n")
    sys.stderr.flush()
    threading.Event().wait(30)
    raise socket.gaierror(socket.EAI_AGAIN, "too late")

socket.getaddrinfo = silent
from wellspring_common import runtime
from wellspring_uploader.wiring import wire
if sys.argv[1] == "asyncio":
    import asyncio
    runtime.LookupLoop = asyncio.SelectorEventLoop
runtime.run("uploader", wire)
"""


@pytest.mark.parametrize(
    ("loop", "in_time"), [("ours", True), ("asyncio", False)], ids=["our loop", "asyncio's"]
)
async def test_it_stops_in_time_although_the_name_of_its_database_gets_no_answer(
    free_port: Callable[[], int], loop: str, in_time: bool
) -> None:
    env = {
        "WELLSPRING_DATABASE_URL": "postgresql://nobody@postgres.invalid/none",
        "WELLSPRING_NATS_URL": "nats://127.0.0.1:1",
        "WELLSPRING_OPS_PORT": str(free_port()),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, loop, env=env, stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stderr is not None
        assert await asyncio.wait_for(process.stderr.readline(), 20) == b"asked\n"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        done, _ = await asyncio.wait({asyncio.create_task(process.wait())}, timeout=STOP_S)
        assert bool(done) == in_time, time.monotonic() - began
        if in_time:
            assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
