"""People who try dead letters again, by the command line and by the API, and do not give up."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg

from tests.chaos.instead import ROOT
from tests.chaos.ledger import reading
from tests.chaos.letters import Letter
from tests.chaos.truth import Mark
from tests.support.running import Running
from wellspring_cli.stack import Stack

PATIENCE_S = 120.0
ANSWER_S = aiohttp.ClientTimeout(total=5)
A_SECOND = 1.5
"""How many letters the command line tries in one."""
REST_S = 0.4
PART = 3
"""So many letters are tried before the command line is killed."""
NONE_LEFT = "No open letter matches."
BY_COMMAND, BY_ANYBODY = "%(command line)", "%"


async def decided(stack: Stack, since: Mark, who: str = BY_ANYBODY) -> int:
    """Return how many letters were tried again since a mark, and -1 while nobody knows."""
    sql = "select count(*) from public.dead_letters where decided_at >= $1 and decided_by like $2"
    try:
        async with reading(stack) as connection:
            return int(await connection.fetchval(sql, since.at, who))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return -1


@dataclass
class Terminal:
    """Tries all letters again from the command line until none is open."""

    stack: Stack
    since: Mark
    kills: int
    """How often it is killed in the middle of that."""
    complaints: list[str] = field(default_factory=list)

    async def replay_all(self) -> None:
        """Start the verb again and again."""
        left = self.kills
        async with asyncio.timeout(PATIENCE_S):
            while True:
                process = await self._start()
                if left:
                    left -= 1
                    await self._killed(process)
                said, complained = await process.communicate()
                if NONE_LEFT in complained.decode():
                    return
                if process.returncode == 0:
                    assert json.loads(said)["replayed"] > 0
                elif complained:
                    self.complaints.append(complained.decode())

    async def _killed(self, process: asyncio.subprocess.Process) -> None:
        """Kill the verb when it has done a part of its work."""
        before = await decided(self.stack, self.since, BY_COMMAND)
        while (
            process.returncode is None and await decided(self.stack, self.since, BY_COMMAND) < before + PART
        ):
            await asyncio.sleep(0.1)
        with suppress(ProcessLookupError):
            process.kill()

    async def _start(self) -> asyncio.subprocess.Process:
        data = str(self.stack.data.root)
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wellspring_cli", "dead", "replay", "--all", "--json"),
            *("--rate", f"{A_SECOND}", "--demo", "--data-dir", data),
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("WELLSPRING_")},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )


@dataclass
class Clicker:
    """Presses the button of each letter, the newest first, until it is answered."""

    running: Running
    accepted: int = 0
    refused: int = 0

    async def replay(self, letters: Sequence[Letter]) -> None:
        """Try letters again, one after the other."""
        async with asyncio.timeout(PATIENCE_S):
            for letter in letters:
                while not await self._pressed(letter):
                    await asyncio.sleep(REST_S / 2)
                await asyncio.sleep(REST_S)

    async def _pressed(self, letter: Letter) -> bool:
        """Return whether there was an answer: a letter that was tried already is refused."""
        operator = self.running.operator
        url = f"{self.running.url}/api/v1/dead-letters/{letter.address}/replay"
        try:
            async with operator.session.post(url, headers=operator.headers, timeout=ANSWER_S) as response:
                answer: dict[str, Any] = await response.json()
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            return False
        assert response.status in {202, 409, 503}, answer
        self.accepted += response.status == 202
        self.refused += response.status == 409
        return response.status != 503
