"""Serves the real templates with made-up data: `python serve.py [--port 8099] [--media FOLDER]`.

Needs jinja2 and the built bundle (`npm run build`). `?state=` picks a page's state, `?as=operator` and
`?as=viewer` sign in.
"""

import argparse
import json
import mimetypes
import sys
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

GATEWAY = Path(__file__).resolve().parents[2]
PACKAGE = GATEWAY / "wellspring_gateway"
sys.path[:0] = [str(GATEWAY), str(Path(__file__).parent)]

import playing  # noqa: E402 - found by the line above
import sample  # noqa: E402
from pages import page  # noqa: E402

from wellspring_gateway.domain.language import SUPPORTED, Translator, choose_language  # noqa: E402

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src * blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "worker-src blob:"
)
USERS = {
    "operator": {"username": "sari", "role": "admin"},
    "viewer": {"username": "budi", "role": "viewer"},
}
PAUSE_S = 0.8
POSTER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 360">'
    '<rect width="240" height="360" fill="#24424a"/><circle cx="120" cy="130" r="62" fill="#f3c77a"/>'
    '<path d="M0 250q60-40 120 0t120 0v110H0z" fill="#0f2229"/></svg>'
)
TEMPLATES = Environment(
    loader=FileSystemLoader(PACKAGE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Preview(BaseHTTPRequestHandler):
    """Answers like the gateway, from memory."""

    protocol_version = "HTTP/1.1"
    media: Path | None = None
    scraped_at: float | None = None

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Route by the path's first part."""
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        first = url.path.strip("/").split("/")[0]
        if url.path == "/static/sample-poster.svg":
            self._send(POSTER, "image/svg+xml")
            return
        if url.path == "/static/sample.vtt":
            self._send(
                "WEBVTT\n\n00:00.000 --> 01:00.000\n밤의 파도가 온다\n- The tide <i>comes</i>.\n", "text/vtt"
            )
            return
        if first == "static":
            self._file(PACKAGE / url.path.lstrip("/"))
        elif first == "media" and self.media:
            self._file(self.media / Path(url.path).name)
        elif url.path == "/api/v1/live":
            self._live(query.get("state", "empty"))
        elif first == "api":
            self._send(json.dumps(playing.snapshot("empty")), "application/json")
        else:
            self._page(url.path, query)

    def do_POST(self) -> None:
        """Take a scrape; anything else goes back to where it came from."""
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.endswith("/scrape"):
            type(self).scraped_at = time.monotonic()
            self._send(
                json.dumps({"job": playing.job("queued"), "deduplicated": False}), "application/json", 202
            )
        else:
            self.send_response(303)
            self.send_header("location", self.headers.get("referer", "/"))
            self.send_header("content-length", "0")
            self.end_headers()

    def _page(self, path: str, query: dict[str, str]) -> None:
        name, context, status = page(path, query | ({"media": "1"} if self.media else {}))
        cookies = SimpleCookie(self.headers.get("cookie", ""))
        cookie = {key: morsel.value for key, morsel in cookies.items()}
        language = choose_language(cookie.get("ws_lang"), self.headers.get("accept-language"))
        manifest = json.loads((PACKAGE / "static/dist/manifest.json").read_text())
        catalogues = {code: json.loads((PACKAGE / f"locales/{code}.json").read_text()) for code in SUPPORTED}
        body = TEMPLATES.get_template(name).render(
            t=Translator(language, catalogues),
            lang=language,
            langs=SUPPORTED,
            path=path,
            csrf_token="preview",  # noqa: S106
            theme=cookie.get("ws_theme", "auto"),
            demo="demo" in query,
            stale=query.get("state") == "stale",
            letters=3,
            user=USERS.get(query.get("as", "")),
            assets=lambda logical: f"/static/dist/{manifest[logical]}",
            **context,
        )
        self._send(body, "text/html; charset=utf-8", status, template=name)

    def _live(self, state: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self._event("snapshot", playing.snapshot(state, media=bool(self.media)))
        type(self).scraped_at = None
        try:
            while self.scraped_at is None and state != "scraping":
                self.wfile.write(b": beat\n\n")
                time.sleep(0.1)  # noqa: TID251 - a thread of its own
            for step in playing.steps():
                time.sleep(PAUSE_S)  # noqa: TID251 - a thread of its own
                self._event("step", step)
            done = {**playing.snapshot("ready", media=bool(self.media)), "job": playing.job("succeeded")}
            done["cooldown_until"] = sample.ago(-10)
            self._event("snapshot", done)
            while True:
                self.wfile.write(b": beat\n\n")
                time.sleep(1)  # noqa: TID251 - a thread of its own
        except OSError:
            self.close_connection = True

    def _event(self, name: str, data: dict[str, Any]) -> None:
        self.wfile.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()

    def _file(self, path: Path) -> None:
        if not path.is_file():
            self._send("not found", "text/plain", 404)
            return
        body = path.read_bytes()
        unit, _, span = self.headers.get("range", "").partition("=")
        first, _, last = span.partition("-")
        if unit != "bytes" or not first:
            self._send(body, mimetypes.guess_type(path.name)[0] or "application/octet-stream")
            return
        end = int(last or len(body) - 1)
        part = body[int(first) : end + 1]
        self.send_response(206)
        self.send_header("content-range", f"bytes {first}-{end}/{len(body)}")
        self._rest(part, mimetypes.guess_type(path.name)[0] or "application/octet-stream")

    def _send(self, body: str | bytes, kind: str, status: int = 200, *, template: str = "") -> None:
        self.send_response(status)
        if template:
            self.send_header("x-template", template)
        self._rest(body.encode() if isinstance(body, str) else body, kind)

    def _rest(self, body: bytes, kind: str) -> None:
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("accept-ranges", "bytes")
        self.send_header("content-security-policy", POLICY)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A server that browsers may leave at any time."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, unless a browser just went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099, help="0 for any that is free")
    parser.add_argument("--media", type=Path, help="a folder with sample.mp4")
    options = parser.parse_args()
    Preview.media = options.media
    server = Server(("127.0.0.1", options.port), Preview)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/\n")
    sys.stdout.flush()
    server.serve_forever()
