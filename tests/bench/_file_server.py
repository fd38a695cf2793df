"""A server of one film on loopback: nginx where the machine has it, else several processes of aiohttp.

It is asked for `/v/` (a film of 64 MB), `/n/` (404) and `/f/` (403).
"""

import contextlib
import multiprocessing
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FILM = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
SIZE = 64 * 1024 * 1024
PROCESSES = 2
_NGINX = """
daemon off;
pid {room}/nginx.pid;
error_log {room}/error.log crit;
worker_processes 1;
worker_rlimit_nofile 4096;
events {{ worker_connections 2048; multi_accept on; }}
http {{
  log_format brief '$msec $request_time $status';
  access_log {log};
  keepalive_timeout 60s; keepalive_requests 1000000;
  sendfile on; tcp_nodelay on; server_tokens off;
  open_file_cache max=100 inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path {room}/a; proxy_temp_path {room}/b; fastcgi_temp_path {room}/c;
  uwsgi_temp_path {room}/d; scgi_temp_path {room}/e;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location ~ ^/v/ {{ types {{ }} default_type video/mp4; limit_rate {rate}; alias {room}/film.mp4; }}
    location ~ ^/n/ {{ return 404; }}
    location ~ ^/f/ {{ return 403; }}
  }}
}}
"""


@dataclass(frozen=True)
class FileServer:
    """A running server. `log` has a line for each request where it was asked to keep one."""

    kind: str
    port: int
    log: Path


@contextmanager
def serving(*, logged: bool = False, rate: str = "0") -> Generator[FileServer]:
    """Serve until the block ends. With `rate` in bytes a second answers take a while."""
    with tempfile.TemporaryDirectory() as folder:
        room, port = Path(folder), _free_port()
        room.chmod(0o755)  # nginx's worker is somebody else
        with (room / "film.mp4").open("wb") as film:
            film.write(FILM)
            film.truncate(SIZE)
        found = FileServer("nginx" if shutil.which("nginx") else "aiohttp", port, room / "access.log")
        stop = _nginx(found, room, logged, rate) if found.kind == "nginx" else _aiohttp(port)
        with stop:
            _wait_for(port)
            yield found


@contextmanager
def _nginx(found: FileServer, room: Path, logged: bool, rate: str) -> Generator[None]:
    log = f"{found.log} brief" if logged else "off"
    config = room / "nginx.conf"
    config.write_text(_NGINX.format(room=room, port=found.port, log=log, rate=rate))
    running = subprocess.Popen(["nginx", "-p", str(room), "-c", str(config)])
    try:
        yield
    finally:
        running.terminate()
        running.wait(timeout=10)


@contextmanager
def _aiohttp(port: int) -> Generator[None]:
    crowd = [multiprocessing.Process(target=_serve, args=(port,), daemon=True) for _ in range(PROCESSES)]
    for each in crowd:
        each.start()
    try:
        yield
    finally:
        for each in crowd:
            each.terminate()
            each.join(timeout=10)


def _serve(port: int) -> None:
    from aiohttp import web  # noqa: PLC0415  (the measuring process stays small: see _whole)

    async def film(request: web.Request) -> web.Response:
        headers = {"Content-Range": f"bytes 0-511/{SIZE}", "Accept-Ranges": "bytes"}
        body = FILM + bytes(512 - len(FILM))
        if request.method == "HEAD":
            return web.Response(headers={"Accept-Ranges": "bytes"}, content_type="video/mp4")
        return web.Response(status=206, body=body, headers=headers, content_type="video/mp4")

    async def missing(_: web.Request) -> web.Response:
        return web.Response(status=404)

    async def forbidden(_: web.Request) -> web.Response:
        return web.Response(status=403)

    app = web.Application()
    app.add_routes(
        [web.get("/v/{x:.*}", film), web.get("/n/{x:.*}", missing), web.get("/f/{x:.*}", forbidden)]
    )
    web.run_app(app, host="127.0.0.1", port=port, reuse_port=True, access_log=None, print=None)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
    raise SystemExit("The file server did not start.")
