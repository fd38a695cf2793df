"""What every image is: small, without root, with its health check inside."""

import json
import re

import pytest

from .engine import Engine
from .images import OURS, SERVICES, size

MB = 1_000_000
LARGEST = dict.fromkeys(SERVICES, 120 * MB) | {"scraper": 450 * MB, "uploader": 245 * MB}
"""The uploader's ffmpeg from PyPI is 173 MB of it: more than the 120 MB that are the goal."""
RESTRAINED = (
    *("--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges"),
)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_adds_no_more_to_the_base_than_it_may(
    engine: Engine, images: dict[str, str], name: str
) -> None:
    assert size(engine, images[name]) <= LARGEST[name]


@pytest.mark.parametrize("name", OURS)
def test_an_image_runs_as_nobody_in_particular(engine: Engine, images: dict[str, str], name: str) -> None:
    assert engine.inspect(images[name], "{{.Config.User}}") == "10001:0"
    words = ("run", *RESTRAINED, "--entrypoint", "python", images[name], "-c")
    code = "import os; print(os.getuid(), os.access('/', os.W_OK), os.access('/opt/wellspring', os.W_OK))"
    assert engine.run(*words, code).split() == ["10001", "False", "False"]


@pytest.mark.parametrize("name", SERVICES)
def test_the_health_check_is_in_the_image(engine: Engine, images: dict[str, str], name: str) -> None:
    check = json.loads(engine.inspect(images[name], "{{json .Config.Healthcheck}}"))
    assert check["Test"] == ["CMD", "python", "-I", "-m", "wellspring_common.healthcheck"]
    done = engine.run(
        "run", *RESTRAINED, "--entrypoint", "python", images[name], *check["Test"][2:], check=False
    )
    assert "no answer on port 9100" in done


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_without_settings_says_which_are_missing(
    engine: Engine, images: dict[str, str], name: str
) -> None:
    said = engine.run("run", *RESTRAINED, images[name], check=False)
    assert re.search(r"WELLSPRING_(DATABASE|NATS)_URL is not set", said), said
    assert "Traceback" not in said, said


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_says_what_it_is(engine: Engine, images: dict[str, str], name: str) -> None:
    labels = json.loads(engine.inspect(images[name], "{{json .Config.Labels}}"))
    assert labels["org.opencontainers.image.title"] == f"Wellspring {name}"
    assert labels["org.opencontainers.image.version"] == "0.1.0"


def test_the_scrapers_browser_opens_a_page_with_a_canvas(engine: Engine, images: dict[str, str]) -> None:
    # what was left out of the image must not be missed: without software rendering this hangs
    code = """
import asyncio
from playwright.async_api import async_playwright
from wellspring_scraper.adapters import launch
async def main():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(launch.find_browser()), args=launch.flags(sandbox=False),
            ignore_default_args=list(launch.NOT_WANTED), chromium_sandbox=False)
        page = await browser.new_page()
        await page.set_content("<canvas id=c></canvas>")
        print(await page.evaluate(
            "(() => { const c = document.getElementById('c').getContext('2d'); c.fillRect(0, 0, 9, 9);"
            " return c.getImageData(1, 1, 1, 1).data[3] })()"))
        await browser.close()
asyncio.run(asyncio.wait_for(main(), 40))
"""
    said = engine.run("run", *RESTRAINED, "--entrypoint", "python", images["scraper"], "-c", code, timeout=90)
    assert said.split()[-1] == "255"


def test_the_uploaders_ffmpeg_packs_segments_where_nothing_else_can_be_written(
    engine: Engine, images: dict[str, str]
) -> None:
    code = """
import asyncio, subprocess
from pathlib import Path
from wellspring_uploader.adapters.ffmpeg import Ffmpeg, ffmpeg_binary
subprocess.run(
    [ffmpeg_binary(), "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=128x72:rate=5:duration=4",
     "-c:v", "libx264", "-preset", "ultrafast", "-f", "mpegts", "/media/film.ts"], check=True)
async def main():
    await Ffmpeg().pack(Path("/media/film.ts"), None, Path("/media/film.mp4"))
    print(await Ffmpeg().read(Path("/media/film.mp4")))
asyncio.run(main())
"""
    # a volume takes the owner of the folder that is in the image
    words = ("run", *RESTRAINED, "--volume", "/media", "--entrypoint", "python", images["uploader"], "-c")
    said = engine.run(*words, code)
    assert "MediaFacts(container='mp4', duration_s=4.0, width=128, height=72)" in said
