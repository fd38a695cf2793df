"""Pictures of every page in every state, at the widths of a phone, a tablet and a desk, light and dark."""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from playwright.async_api import Browser, Page, async_playwright

from tests.support.preview import running_preview
from tests.support.shown import SHOWN
from wellspring_cli.chromium import ensure_chromium
from wellspring_demo.media.encoder import ffmpeg

Scheme = Literal["light", "dark"]
WIDTHS: Final = (360, 768, 1440)
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
TALLEST: Final = 2400
"""In CSS pixels: a page of thousands of episodes tells no more further down."""
AT_ONCE: Final = 3
_SETTLED = (
    "() => document.fonts.ready.then(() => new Promise((then) => requestAnimationFrame(() => then(true))))"
)
_PLAYS = "() => (document.querySelector('video')?.currentTime ?? 0) > 0"
_FILM = "gradients=size=960x540:rate=5:duration=90:speed=0.01:c0=#0f5c63:c1=#07262e:c2=#f3c77a:nb_colors=3"
_HEIGHT = "() => document.documentElement.scrollHeight"
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; background: #f4f6f5; color: #10201f; }
section { margin-bottom: 3rem; } h2 { margin-bottom: .5rem; }
div { display: flex; gap: 1rem; overflow-x: auto; align-items: flex-start; }
figure { margin: 0; flex: none; } img { display: block; height: 22rem;
object-fit: cover; object-position: top; border: 1px solid #77888a; }
figcaption { color: #4a5d5b; font-size: .85rem; }
nav { columns: 14rem; margin-bottom: 3rem; }
"""


@dataclass(frozen=True)
class Picture:
    """A page as it looks in one width and one theme."""

    name: str
    path: str
    language: str
    scheme: Scheme
    width: int

    @property
    def file(self) -> str:
        """Return the name of its file: the same in each gallery, so that two can be laid side by side."""
        return f"{slug(self.name)}-{self.width}-{self.scheme}.png"


def slug(name: str) -> str:
    """Return a name as it is in a file's name or an anchor."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def pictures(only: str = "", language: str = "en") -> list[Picture]:
    """Return every picture of the gallery, or of those pages alone whose name has a text in it."""
    return [
        Picture(name, path, language, scheme, width)
        for name, path in SHOWN.items()
        if only in name
        for scheme in SCHEMES
        for width in WIDTHS
    ]


def index(taken: Iterable[Picture]) -> str:
    """Return the page that shows all of them."""
    by_name: dict[str, list[Picture]] = {}
    for picture in taken:
        by_name.setdefault(picture.name, []).append(picture)
    links = "".join(f'<a href="#{slug(name)}">{escape(name)}</a><br>' for name in by_name)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Wellspring</title>'
        f"<style>{_STYLE}</style>"
        f"<h1>{len(by_name)} pages and states</h1><nav>{links}</nav>"
        + "".join(_section(name, held) for name, held in by_name.items())
    )


def _section(name: str, held: Iterable[Picture]) -> str:
    figures = "".join(
        f'<figure><a href="{each.file}"><img loading="lazy" src="{each.file}"'
        f' alt="{escape(name)}, {each.width} px, {each.scheme}"></a>'
        f"<figcaption>{each.width} px, {each.scheme}</figcaption></figure>"
        for each in held
    )
    return f'<section id="{slug(name)}"><h2>{escape(name)}</h2><div>{figures}</div></section>'


async def take(page: Page, picture: Picture, folder: Path) -> None:
    """Look at a page and keep what is seen."""
    await page.emulate_media(color_scheme=picture.scheme, reduced_motion="reduce")
    await page.set_viewport_size({"width": picture.width, "height": 900})
    await page.goto(picture.path, wait_until="load")
    await page.evaluate(_SETTLED)
    if "state=ready" in picture.path:
        await page.wait_for_function(_PLAYS)
    height = min(int(await page.evaluate(_HEIGHT)), TALLEST)
    await page.screenshot(
        path=folder / picture.file,
        animations="disabled",
        full_page=True,
        clip={"x": 0, "y": 0, "width": picture.width, "height": height},
    )


async def _worker(
    browser: Browser, url: str, language: str, waiting: "asyncio.Queue[Picture]", folder: Path
) -> None:
    context = await browser.new_context(base_url=url, locale=language)
    await context.add_cookies([{"name": "ws_lang", "value": language, "url": url}])
    page = await context.new_page()
    while not waiting.empty():
        await take(page, waiting.get_nowait(), folder)
    await context.close()


async def make(chromium: Path, wanted: Iterable[Picture], folder: Path, language: str) -> None:
    """Fill a folder with pictures."""
    waiting: asyncio.Queue[Picture] = asyncio.Queue()
    for picture in wanted:
        waiting.put_nowait(picture)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with TemporaryDirectory() as media:
        await film(Path(media) / "sample.mp4")
        with running_preview(Path(media)) as url:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=str(chromium), args=arguments)
                workers = (_worker(browser, url, language, waiting, folder) for _ in range(AT_ONCE))
                await asyncio.gather(*workers)
                await browser.close()


async def film(path: Path) -> None:
    """Make a quiet film for the player's pictures."""
    encoding = await asyncio.create_subprocess_exec(
        *(ffmpeg(), "-v", "error", "-f", "lavfi", "-i", _FILM, "-pix_fmt", "yuv420p", "-y", str(path))
    )
    if await encoding.wait() != 0:
        sys.exit("ffmpeg could not make the film for the player's pictures.")


def main() -> None:
    """Make the gallery that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    parser.add_argument("--language", default="en", choices=("en", "id"))
    said = parser.parse_args()
    chromium = ensure_chromium()
    if chromium is None:
        sys.exit("There is no Chromium on this machine, and none could be installed.")
    wanted, contents = pictures(said.only, said.language), said.folder / "index.html"
    said.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(make(chromium, wanted, said.folder, said.language))
    contents.write_text(index(wanted), encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} pictures: {contents}\n")


if __name__ == "__main__":
    main()
