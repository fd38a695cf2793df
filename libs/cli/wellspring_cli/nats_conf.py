"""The configuration of a nats-server: JetStream, fsync, and one user per service with its own subjects."""

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

_VARIABLE = re.compile(r'"(\$[A-Z_]+)"')


class Permissions(Protocol):
    """Subjects that a user may publish and subscribe to."""

    @property
    def publish(self) -> tuple[str, ...]: ...  # noqa: D102  (the protocol's words say it)

    @property
    def subscribe(self) -> tuple[str, ...]: ...  # noqa: D102  (the protocol's words say it)

    @property
    def replies(self) -> bool: ...  # noqa: D102  (the protocol's words say it)


def server_configuration(
    *,
    listen: str,
    monitor: str,
    store_dir: str,
    max_store_bytes: int,
    passwords: Mapping[str, str],
    permissions: Mapping[str, Permissions],
) -> str:
    """Return the text of a configuration file.

    A password is itself, or `$NAME` for the environment variable that holds it. The server reads such a
    variable as a value of its format: it has to begin with a letter and go on with letters and digits.
    """
    users = [_user(name, password, permissions[name]) for name, password in passwords.items()]
    # The server's own format is a superset of JSON, but for variables, which stand without quotes.
    # `sync_interval: always`: by default an acknowledged message survives a kill, but not a power cut
    # within two minutes.
    text = json.dumps(
        {
            "listen": listen,
            "http": monitor,
            "jetstream": {
                "store_dir": store_dir,
                "max_mem": 64 * 1024**2,
                "max_file": max_store_bytes,
                "sync_interval": "always",
            },
            "max_payload": 1024**2,
            "authorization": {"users": users},
        },
        indent=2,
    )
    return _VARIABLE.sub(r"\1", text)


def container_configuration(permissions: Mapping[str, Permissions], max_store_bytes: int) -> str:
    """Return the configuration of a server in a container, with passwords from `NATS_PASSWORD_<USER>`."""
    head = "# Made by: ./wellspring topology nats-conf. Do not edit: a test compares it with the code.\n"
    return head + server_configuration(
        listen="0.0.0.0:4222",
        monitor="0.0.0.0:8222",
        store_dir="/data",
        max_store_bytes=max_store_bytes,
        passwords={user: f"$NATS_PASSWORD_{user.upper()}" for user in permissions},
        permissions=permissions,
    )


def _user(name: str, password: str, may: Permissions) -> dict[str, Any]:
    permissions: dict[str, Any] = {"publish": list(may.publish), "subscribe": list(may.subscribe)}
    if may.replies:
        permissions["allow_responses"] = {"max": 1, "expires": "2m"}
    return {"user": name, "password": password, "permissions": permissions}
