"""The pages of the scraper's benchmark: light, heavy and greedy, served by a process of its own.

The light page has a style sheet, a font and three images. The heavy one has 1.3 MB of script, 3,000 rows, ten
large images, four frames of other sites with timers, and a popup. Both show their servers after a click.
Run as `python -m tests.bench._pages PORT`.
"""

import asyncio
import sys

from aiohttp import web

FILM = b"\x00\x00\x00\x20ftypisom" + bytes(2_000_000)
SERVERS = 5
DEFINITION = """
id: bench
name: Benchmark
resolve:
  steps:
    - name: page
      request: "{{ .Source.Url }}"
      must_have: {selector: "a.server"}
  rows:
    selector: "a.server"
    fields: {label: {}, href: {attribute: href}}
  servers:
    - {key: zero, match: {label: "^Server 0"}, url: "{{ .Result.href }}"}
    - {key: one, match: {label: "^Server 1"}, url: "{{ .Result.href }}"}
browser:
  click: "#reveal"
  wait_for: "a.server"
"""

_STYLE = "".join(f".c{i}{{color:#{i % 4096:03x};padding:{i % 9}px}}\n" for i in range(6000))
_SCRIPT = (
    "".join(
        f"function f{i}(a,b){{var o={{x:a,y:b,k:'key{i}'}};for(var i=0;i<3;i++)o['p'+i]=a*i+b;return o}}\n"
        for i in range(14_000)
    )
    + "window.kept=[];for(var j=0;j<14000;j+=3)kept.push(window['f'+j](j,1));"
    + "for(var j=0;j<200000;j++)kept.push({a:j,b:'s'+j});"
)
_OTHER_SCRIPT = (
    _SCRIPT[:400_000].rsplit("\n", 1)[0]
    + "\nsetInterval(function(){var s=0;for(var i=0;i<20000;i++)s+=i;document.title=''+s},50);"
)
_REVEAL = """<button id=reveal>Get links</button><div id=out></div><script>
document.getElementById('reveal').onclick=function(){POPUP;
fetch('/servers').then(r=>r.json()).then(function(l){l.forEach(function(s){
var a=document.createElement('a');a.className='server';a.href=s.url;a.textContent=s.name;
document.getElementById('out').appendChild(a)})})};</script>"""
_HEAD = (
    "<!doctype html><title>Episode 7</title><link rel=stylesheet href=/style.css>"
    "<style>@font-face{font-family:F;src:url(/font.woff2)}body{font-family:F}</style>"
)
LIGHT = (
    _HEAD
    + "<h1>Episode 7</h1>"
    + "".join(f"<img src=/image/{i}.bmp?small>" for i in range(3))
    + _REVEAL.replace("POPUP", "0")
)
GREEDY = """<!doctype html><body><script>var kept=[];function eat(){
for(var i=0;i<20;i++)kept.push(new Uint8Array(4<<20).fill(1));setTimeout(eat,5)}setTimeout(eat,50)</script>"""


def _heavy(port: int) -> str:
    images = "".join(f"<img src=/image/{i}.bmp width=400>" for i in range(10))
    rows = "".join(f"<div class=c{i}><span>{i}</span><a href=/row/{i}>row {i}</a></div>" for i in range(3000))
    frames = "".join(f"<iframe src=http://127.0.0.{host}:{port}/advert></iframe>" for host in range(2, 6))
    popup = f"window.open('http://127.0.0.2:{port}/advert')"
    return (
        f"{_HEAD}<script src=/app.js></script><h1>Episode 7</h1>"
        f"{_REVEAL.replace('POPUP', popup)}{images}{frames}{rows}"
    )


def _bitmap(width: int, height: int) -> bytes:
    size = 54 + width * height * 3
    head = b"BM" + size.to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    shape = width.to_bytes(4, "little") + height.to_bytes(4, "little")
    info = (40).to_bytes(4, "little") + shape + (1).to_bytes(2, "little") + (24).to_bytes(2, "little")
    return head + info + bytes(24) + bytes(range(256)) * (width * height * 3 // 256)


def _answers(port: int) -> dict[str, tuple[str | bytes, str]]:
    advert = "<!doctype html><script src=/other.js></script>" + "".join(f"<p>{i}" for i in range(500))
    return {
        "/light": (LIGHT, "text/html"),
        "/heavy": (_heavy(port), "text/html"),
        "/greedy": (GREEDY, "text/html"),
        "/advert": (advert, "text/html"),
        "/style.css": (_STYLE, "text/css"),
        "/app.js": (_SCRIPT, "text/javascript"),
        "/other.js": (_OTHER_SCRIPT, "text/javascript"),
        "/font.woff2": (bytes(60_000), "font/woff2"),
    }


async def serve(port: int) -> None:
    """Serve on five addresses, five sites to a browser, until killed."""
    fixed, small, large = _answers(port), _bitmap(200, 120), _bitmap(1600, 1000)

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/servers":
            names = [
                {"name": f"Server {i}", "url": f"http://127.0.0.1:{port}/film/{i}.mp4"}
                for i in range(SERVERS)
            ]
            return web.json_response(names)
        if request.path.startswith("/film/"):
            headers = {"Content-Range": f"bytes 0-511/{len(FILM)}"}
            return web.Response(status=206, body=FILM[:512], content_type="video/mp4", headers=headers)
        if request.path.startswith("/image/"):
            body = small if request.query_string else large
            return web.Response(body=body, content_type="image/bmp")
        text, kind = fixed.get(request.path, ("ok", "text/html"))
        raw = text if isinstance(text, bytes) else text.encode()
        response = web.Response(body=raw, content_type=kind)
        response.set_cookie("seen", "yes")
        return response

    app = web.Application()
    app.router.add_get("/{rest:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    for last in range(1, 6):
        await web.TCPSite(runner, f"127.0.0.{last}", port).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
