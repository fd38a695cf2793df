"""The vendor's own client, which nobody of us wrote, uploads to the demo's Dailymotion."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from wellspring_demo.domain.platforms.boxes import tiny_film
from wellspring_demo.domain.request_log import Entry

from .customer import Customer

SIZE = 20 * 1024 * 1024
PATIENCE_S = 120
SCRIPT = """
import json, sys
import dailymotion

about = json.loads(sys.argv[1])
client = dailymotion.Dailymotion(
    api_base_url=about["api"], oauth_token_endpoint_url=about["api"] + "/oauth/token", timeout=60
)
client.set_grant_type(
    "password", about["key"], about["secret"], scope=["manage_videos"],
    info={"username": about["username"], "password": about["password"]},
)
url = client.upload(sys.argv[2], workers=int(sys.argv[3]))
wish = {"url": url, "title": "By the vendor", "channel": "tv", "is_created_for_kids": "false"}
wish |= {"published": "true", "fields": "id,title,published,duration"}
print(json.dumps(client.post("/me/videos", wish)))
"""


async def uploaded_by_the_vendor(customer: Customer, film: Path, workers: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-c", SCRIPT),
        *(json.dumps(customer.about), str(film), str(workers)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert process.returncode == 0, errors.decode()
    told: dict[str, Any] = json.loads(out)
    return told


@pytest.mark.parametrize(("workers", "least"), [(0, 1), (3, 3)])
async def test_the_vendors_client_uploads_a_film(
    customer: Customer, tmp_path: Path, workers: int, least: int
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(tiny_film(90, SIZE))
    made = await uploaded_by_the_vendor(customer, film, workers)
    assert made | {"id": ""} == {"id": "", "title": "By the vendor", "published": True, "duration": 90}
    sent: list[Entry] = [
        entry
        for host in ("dailymotion-upload", "dailymotion-upload2")
        for entry in customer.world.log.entries(host)
    ]
    assert len(sent) >= least
    assert {entry.content_range is None for entry in sent} == {workers == 0}
    assert {entry.authorization for entry in sent} == {None}
    kept = customer.world.dailymotion.films / f"{(await customer.books())['videos'][0]['film']}.mp4"
    assert kept.read_bytes() == film.read_bytes()
