"""A platform that is killed in the middle of an upload knows afterwards what it had told."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from wellspring_demo.domain.platforms.boxes import tiny_film

FILM = tiny_film(60, 400_000)
FORM = {"grant_type": "client_credentials", "client_id": "demo-key", "client_secret": "demo-secret"}


@asynccontextmanager
async def platforms(state_dir: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wellspring_demo", "--state-dir", str(state_dir), "--only-platforms"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(await process.stdout.readline())["platforms"]["dailymotion"]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_killed_platform_keeps_what_it_had_told(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with platforms(tmp_path) as (process, about):
        token = await (await http.post(f"{about['token']}/v2/token", data=FORM)).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        urls, progress = [], ""
        for _ in range(2):
            opened = await http.post(f"{about['api']}/v2/files/upload_sessions", headers=headers)
            told = await opened.json()
            urls.append(told["upload_url"])
            progress = told["progress_url"]
        piece = {"Content-Range": "bytes 0-99999/400000", "Content-Type": "application/octet-stream"}
        assert (await http.post(urls[0], data=FILM[:100_000], headers=piece)).status == 202

        async def endless() -> AsyncIterator[bytes]:
            yield b"--x\r\n"
            yield b'Content-Disposition: form-data; name="file"; filename="film.mp4"\r\n\r\n'
            yield FILM
            while (await (await http.get(progress)).json())["state"] != "uploading":
                pass
            process.kill()
            yield FILM

        form = {"Content-Type": "multipart/form-data; boundary=x"}
        with pytest.raises(aiohttp.ClientError):
            await http.post(urls[1], data=endless(), headers=form)
        await process.wait()
    async with platforms(tmp_path) as (_, again):
        moved = [url.replace(url.split("/upload?")[0], "") for url in urls]
        hosts = [again["uploads"][about["uploads"].index(url.split("/upload?")[0])] for url in urls]
        rest = {"Content-Range": "bytes 100000-399999/400000", "Content-Type": "application/octet-stream"}
        whole = await http.post(hosts[0] + moved[0], data=FILM[100_000:], headers=rest)
        assert (whole.status, (await whole.json())["size"]) == (200, "400000")
        dead = await http.post(hosts[1] + moved[1], data={"file": "x"})
        assert dead.status == 410
        assert (await http.get(f"{again['api']}/v2/me", headers=headers)).status == 200
