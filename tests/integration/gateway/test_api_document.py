"""The examples of `docs/api.md`, run as they stand there."""

import asyncio
import os
import re
from pathlib import Path

from .running import Gateway
from .test_tokens import token_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"# (\d{3})$", re.MULTILINE)
# as it stands in the document, but telling the status alone
CURL = """
curl() { command curl -sS --noproxy '*' -o /dev/null -w '%{http_code}\\n' "$@"; }
set -eu
"""


async def fill(gateway: Gateway) -> None:
    """Store what the examples name: title 7 with episode 31."""
    await gateway.sql.execute(
        "insert into catalog.titles (id, kind, title, slug) overriding system value"
        " values (7, 'series', 'The Glory', 'the-glory')"
    )
    await gateway.sql.execute(
        "insert into catalog.episodes (id, title_id, number) overriding system value values (31, 7, 1)"
    )
    await gateway.sql.execute(
        "insert into catalog.sources (episode_id, quality, url, definition)"
        " values (31, 720, 'https://pages.example/the-glory-1', 'vcloud')"
    )


async def test_every_example_answers_what_it_says(gateway: Gateway) -> None:
    await fill(gateway)
    examples = "\n".join(BLOCK.findall(DOCUMENT.read_text(encoding="utf-8")))
    expected = STATUS.findall(examples)
    assert len(expected) == len(re.findall(r"^curl ", examples, re.MULTILINE)) > 20
    token = await token_of(gateway, "admin", "admin")
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", CURL + examples),
        env={**os.environ, "WELLSPRING": gateway.url, "TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), timeout=60)
    assert process.returncode == 0, err.decode()
    assert out.decode().split() == expected
