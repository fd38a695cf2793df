"""A host that takes forms in as fast as a machine can, and keeps nothing: what it is sent to decides no race.

Run as `python -m tests.bench._upload_sink [PEM]`: it prints its port, and with a certificate speaks TLS.
"""

import contextlib
import json
import socket
import ssl
import sys
import threading

_BLOCK = 1024 * 1024
_END = b"\r\n\r\n"


def _head(connection: socket.socket) -> tuple[dict[str, str], bytes]:
    """Return the headers and what came after them."""
    data = b""
    while _END not in data:
        block = connection.recv(_BLOCK)
        if not block:
            raise ConnectionError("closed")
        data += block
    head, _, rest = data.partition(_END)
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}, rest


def _serve(connection: socket.socket) -> None:
    buffer = bytearray(_BLOCK)
    with contextlib.suppress(OSError), connection:
        headers, rest = _head(connection)
        if headers.get("expect"):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        left = int(headers.get("content-length", "0")) - len(rest)
        while left > 0:
            count = connection.recv_into(buffer)
            if not count:
                return
            left -= count
        body = json.dumps({"url": "https://host.example/film", "name": "film"}).encode()
        start = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(start.encode() + b"Connection: close\r\n\r\n" + body)


def main() -> None:
    """Serve until killed."""
    context = None
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1])
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            connection, _ = listening.accept()
            with contextlib.suppress(OSError):
                secured = connection if context is None else context.wrap_socket(connection, server_side=True)
                threading.Thread(target=_serve, args=(secured,), daemon=True).start()


if __name__ == "__main__":
    main()
