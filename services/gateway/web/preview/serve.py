"""Serves the real templates with made-up data: `python serve.py [--port 8099] [--media FOLDER]`.

Needs jinja2 and the built bundle (`npm run build`). `?state=` picks a page's state, `?as=operator` signs in.
"""

import argparse
import json
import mimetypes
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

GATEWAY = Path(__file__).resolve().parents[2]
PACKAGE = GATEWAY / "wellspring_gateway"
sys.path[:0] = [str(GATEWAY), str(Path(__file__).parent)]

import sample  # noqa: E402 - found by the line above
from wellspring_gateway.domain.language import SUPPORTED, Translator, choose_language  # noqa: E402

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src * blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; worker-src blob:"
)
PAUSE_S = 0.8
TEMPLATES = Environment(
    loader=FileSystemLoader(PACKAGE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip
TITLE = sample.titles()[0]


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
        if first == "static":
            self._file(PACKAGE / url.path.lstrip("/"))
        elif first == "media" and self.media:
            self._file(self.media / Path(url.path).name)
        elif url.path == "/api/v1/live":
            self._live(query.get("state", "empty"))
        elif first == "api":
            self._send(json.dumps(sample.snapshot("empty")), "application/json")
        else:
            self._page(url.path, query)

    def do_POST(self) -> None:
        """Take a scrape; anything else goes back to where it came from."""
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.endswith("/scrape"):
            type(self).scraped_at = time.monotonic()
            self._send(json.dumps({"job": sample.job("queued"), "deduplicated": False}), "application/json", 202)
        else:
            self.send_response(303)
            self.send_header("location", self.headers.get("referer", "/"))
            self.send_header("content-length", "0")
            self.end_headers()

    def _page(self, path: str, query: dict[str, str]) -> None:
        name, context, status = page(path, query, media=bool(self.media))
        cookies = SimpleCookie(self.headers.get("cookie", ""))
        cookie = {key: morsel.value for key, morsel in cookies.items()}
        language = choose_language(cookie.get("ws_lang"), self.headers.get("accept-language"))
        manifest = json.loads((PACKAGE / "static/dist/manifest.json").read_text())
        catalogues = {code: json.loads((PACKAGE / f"locales/{code}.json").read_text()) for code in SUPPORTED}
        body = TEMPLATES.get_template(name).render(
            t=Translator(language, catalogues), lang=language, langs=SUPPORTED, path=path, csrf_token="preview",
            theme=cookie.get("ws_theme", "auto"), demo="demo" in query, stale=query.get("state") == "stale",
            user={"username": "sari", "role": "operator"} if query.get("as") == "operator" else None,
            assets=lambda logical: f"/static/dist/{manifest[logical]}", **context,
        )  # fmt: skip
        self._send(body, "text/html; charset=utf-8", status)

    def _live(self, state: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self._event("snapshot", sample.snapshot(state, media=bool(self.media)))
        type(self).scraped_at = None
        try:
            while self.scraped_at is None and state != "scraping":
                self.wfile.write(b": beat\n\n")
                time.sleep(0.1)  # noqa: TID251 - a thread of its own
            for step in steps():
                time.sleep(PAUSE_S)  # noqa: TID251 - a thread of its own
                self._event("step", step)
            done = {**sample.snapshot("ready", media=bool(self.media)), "job": sample.job("succeeded")}
            done["cooldown_until"] = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()  # noqa: TID251
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

    def _send(self, body: str | bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self._rest(body.encode() if isinstance(body, str) else body, kind)

    def _rest(self, body: bytes, kind: str) -> None:
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("accept-ranges", "bytes")
        self.send_header("content-security-policy", POLICY)
        self.end_headers()
        self.wfile.write(body)


def steps() -> list[dict[str, Any]]:
    """Return the steps of a scrape of three qualities."""
    told = [("started", None, None, None)]
    for name, count in (("fetching", None), ("found", 3), ("verifying", None), ("verified", 3)):
        told += [(name, quality, count, "pixel" if count is None else None) for quality in (1080, 720, 480)]
    told.append(("finished", None, None, None))
    return [
        {
            "job_id": sample.job("running")["id"], "at": datetime.now(UTC).isoformat(), "step": name,  # noqa: TID251
            "quality": quality, "server": server, "host": "pages.example", "count": count, "code": None,
        }
        for name, quality, count, server in told
    ]  # fmt: skip


def page(path: str, query: dict[str, str], *, media: bool) -> tuple[str, dict[str, Any], int]:
    """Return the template, its own context and the status for a path."""
    state = query.get("state", "")
    if path == "/":
        shown = [] if state in {"none", "nothing"} else sample.titles()
        context = {"titles": shown, "query": "tide" if state == "nothing" else query.get("q", ""), "total": len(shown)}
        return "library.html", {**context, "kind": query.get("kind", ""), "next_url": "/?after=14"}, 200
    if path.startswith("/title/"):
        movie = sample.titles()[1] if path.endswith("-2") else TITLE
        groups = [{"season": 1, "episodes": sample.seasons()[0]["episodes"][:1]}] if movie != TITLE else sample.seasons()
        return "title.html", {"title": {**movie, "original_title": "조수의 파수꾼"}, "seasons": groups}, 200
    if path.startswith(("/watch/", "/player")):
        episode = {"id": 1, "season": 1, "number": 3, "label": "Episode 3", "name": "What the Water Said"}
        shown_state = state or "empty"
        urls = {"prev_url": "/watch/1?state=failed", "next_url": "/watch/1?state=ready"}
        return "player.html", {
            "title": TITLE, "episode": episode, "snapshot": sample.snapshot(shown_state, media=media), **urls,
            "live_url": f"/api/v1/live?episode=1&state={shown_state}", "scrape_url": "/api/v1/episodes/1/scrape",
        }, 200  # fmt: skip
    if path == "/login":
        return "login.html", {"error": "bad_credentials" if state == "error" else None, "next": "/"}, 200
    if path == "/setup":
        errors = {"password": "password_short", "password2": "passwords_differ"} if state == "error" else {}
        return "setup.html", {"errors": errors, "invalid_token": state == "used", "token": "preview"}, 200
    if path == "/admin":
        return "admin/episode_form.html", form(state), 200
    if path == "/admin/settings":
        errors = {"min_servers_per_source": {"key": "out_of_range", "params": {}}} if state == "error" else {}
        return "admin/settings.html", {"settings": sample.settings(), "errors": errors, "saved": state == "saved"}, 200
    if path.startswith("/admin/jobs/"):
        return "admin/job.html", {"job": sample.one_job()}, 200
    return "error.html", {"status": 404, "key": "not_found", "detail": None}, 404


def form(state: str) -> dict[str, Any]:
    """Return the episode form: empty, with errors, or after success."""
    names = ("show", "season", "episode", "name", *(f"link{q}" for q in (360, 480, 720, 1080, 1440, 2160)))
    values = {**dict.fromkeys(names, ""), "kind": "series"}
    errors: dict[str, Any] = {}
    if state == "error":
        values |= {"show": "The Tide Keeper", "episode": "three", "link480": "pages.example/480"}
        errors = {"episode": {"key": "not_a_number", "params": {}}, "link480": {"key": "not_a_url", "params": {}}}
    added = {"player_url": "/watch/1", "label": "The Tide Keeper · E3", "scrape_url": "/api/v1/episodes/1/scrape"}
    return {
        "form": values, "errors": errors, "added": added if state == "added" else None, "jobs": sample.recent_jobs(),
        "shows": list(sample.NAMES), "idempotency_key": str(uuid.uuid4()),
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--media", type=Path, help="a folder with sample.mp4")
    options = parser.parse_args()
    Preview.media = options.media
    sys.stdout.write(f"http://127.0.0.1:{options.port}/\n")
    sys.stdout.flush()
    ThreadingHTTPServer(("127.0.0.1", options.port), Preview).serve_forever()
