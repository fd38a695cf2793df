"""A vcloud-shaped site for benchmarks: each answer 50 ms late, and pages of 100 KB that come at once.

An episode's page is a redirect, a permanent page of 40 KB and a page of three buttons, each of which leads to
a file. Run as `python -m tests.bench._episode_pages PORT`.
"""

import asyncio
import base64
import random
import sys

from aiohttp import web

HOP_S = 0.05
PERMANENT_BYTES = 40_000
CROWDED_BYTES = 100_000
FILM = b"\x00\x00\x00\x20ftypisom" + bytes(2_000_000)
BUTTONS = (("Download [PixelServer : 2]", "pixel"), ("Download [FSL Server]", "fsl"), ("PDL Server", "pdl"))


def permanent_page(token_url: str) -> str:
    """Return a permanent page: a card, a script with the token URL, and text up to 40 KB."""
    twice = base64.b64encode(base64.b64encode(token_url.encode())).decode()
    page = (
        "<!doctype html><html><head><title>Film.S01E01.480p.mp4</title></head><body>"
        '<div class="card h6"><div class="card-header">Film.S01E01.480p.mp4</div>'
        '<ul><li>File Size <i id="size">1.91 MB</i></li></ul>'
        f"<a id=download href='#'>Generate</a><script>var url = atob(atob('{twice}'));</script>"
    )
    line = "<p class=note>What people say of this file, line by line, <b>again</b> &amp; again.</p>\n"
    return page + line * ((PERMANENT_BYTES - len(page)) // len(line)) + "</div></body></html>"


def generated_page(base: str, file: str) -> str:
    """Return the page of buttons to a file."""
    buttons = "".join(
        f'<a class="btn btn-success" href="{base}/film/{key}/{file}?token=1893456000">{label}</a>'
        for label, key in BUTTONS
    )
    return f'<!doctype html><html><body><i id="size">1.91 MB</i>{buttons}</body></html>'


def crowded_page(number: int) -> str:
    """Return a page of 100 KB with some 460 links, another one for each number."""
    drawn = random.Random(number)
    rows: list[str] = []
    size = 0
    while size < CROWDED_BYTES:
        quality = drawn.choice(["480p", "720p", "1080p"])
        row = len(rows)
        rows.append(
            f"<div class='row r{row % 7}'><span class=q>{quality}</span><p>some text with <b>bold</b> "
            f"&amp; entities {drawn.random():.6f}</p><ul><li><a class='srv' href='https://host{row % 11}"
            f".example/embed/{drawn.getrandbits(48):x}'>Server <i>{row}</i></a></li></ul></div>\n"
        )
        size += len(rows[-1])
    return f"<!doctype html><html><head><title>t</title></head><body>{''.join(rows)}</body></html>"


def application(base: str) -> web.Application:
    """Return the site under its address."""
    crowded = [crowded_page(number) for number in range(8)]

    def html(text: str) -> web.Response:
        return web.Response(text=text, content_type="text/html")

    async def moved(request: web.Request) -> web.Response:
        await asyncio.sleep(HOP_S)
        return web.Response(status=302, headers={"Location": f"/v/{request.match_info['id']}"})

    async def share(request: web.Request) -> web.Response:
        await asyncio.sleep(HOP_S)
        return html(permanent_page(f"{base}/generated/{request.match_info['id']}"))

    async def buttons(request: web.Request) -> web.Response:
        await asyncio.sleep(HOP_S)
        return html(generated_page(base, request.match_info["id"]))

    async def film(_: web.Request) -> web.Response:
        await asyncio.sleep(HOP_S)
        headers = {"Content-Range": f"bytes 0-511/{len(FILM)}"}
        return web.Response(status=206, body=FILM[:512], content_type="video/mp4", headers=headers)

    async def page(request: web.Request) -> web.Response:
        return html(crowded[int(request.match_info["number"]) % len(crowded)])

    app = web.Application()
    app.add_routes(
        [
            web.get("/m/{id}", moved),
            web.get("/v/{id}", share),
            web.get("/generated/{id}", buttons),
            web.get("/film/{key}/{id}", film),
            web.get("/page/{number}", page),
        ]
    )
    return app


async def serve(port: int) -> None:
    """Serve until killed."""
    runner = web.AppRunner(application(f"http://127.0.0.1:{port}"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
