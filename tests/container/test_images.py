"""What every image is: small, without root, with its health check inside."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from wellspring_demo.media.encoder import ffmpeg

from .engine import Engine
from .images import OURS, SERVICES, size

MB = 1_000_000
LARGEST = dict.fromkeys(SERVICES, 120 * MB) | {"scraper": 450 * MB}
FILMS = {
    "h264.ts": ("libx264", "aac"),
    "hevc.mkv": ("libx265", "ac3"),
    "vp9.webm": ("libvpx-vp9", "libopus"),
    "av1.webm": ("libsvtav1", "libvorbis"),
    "mpeg4.avi": ("mpeg4", "libmp3lame"),
}
"""Films as the web has them, by what encodes their picture and their sound."""
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


def test_the_uploaders_ffmpeg_reads_and_decodes_and_packs_where_little_can_be_written(
    engine: Engine, images: dict[str, str], tmp_path: Path
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    for name, codecs in FILMS.items():
        _make(films / name, codecs)
    for path in (films, *films.iterdir()):
        path.chmod(0o755)
    code = """
import asyncio, json, re, subprocess
from pathlib import Path
from wellspring_uploader.adapters.ffmpeg import Ffmpeg
from wellspring_uploader.adapters.ffmpeg_child import ffmpeg_binary
def decoded(path):
    words = [ffmpeg_binary(), "-v", "error", "-xerror", "-progress", "pipe:1", "-i", path, "-f", "null", "-"]
    done = subprocess.run(words, capture_output=True, text=True)
    return [re.findall(r"^frame=(\\d+)", done.stdout, re.M)[-1:], done.stderr]
async def main():
    await Ffmpeg().pack(Path("/films/h264.ts"), None, Path("/media/packed.mp4"))
    found = {}
    for path in (*sorted(Path("/films").iterdir()), Path("/media/packed.mp4")):
        facts = await Ffmpeg().read(path)
        found[path.name] = [facts.container, facts.width, facts.height, *decoded(path)]
    print(json.dumps(found))
asyncio.run(main())
"""
    # a volume takes the owner of the folder that is in the image
    mounts = ("--volume", f"{films}:/films:ro", "--volume", "/media")
    said = engine.run("run", *RESTRAINED, *mounts, "--entrypoint", "python", images["uploader"], "-c", code)
    whole = [128, 72, ["40"], ""]
    assert json.loads(said.splitlines()[-1]) == {
        "av1.webm": ["webm", *whole],
        "h264.ts": ["mpegts", *whole],
        "hevc.mkv": ["mkv", *whole],
        "mpeg4.avi": ["other", *whole],
        "packed.mp4": ["mp4", *whole],
        "vp9.webm": ["webm", *whole],
    }


def _make(film: Path, codecs: tuple[str, str]) -> None:
    picture, sound = ("testsrc=size=128x72:rate=5:duration=8", "sine=duration=8")
    inputs = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound)
    made = ("-c:v", codecs[0], "-pix_fmt", "yuv420p", "-c:a", codecs[1], "-ac", "2", str(film))
    done = subprocess.run(
        [ffmpeg(), "-loglevel", "error", *inputs, *made], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
