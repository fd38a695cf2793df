"""The demo world as part of a stack: started on its own ports, heard when it is ready."""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

from .console import Failure
from .places import DataDir
from .process import Program
from .supervisor import Supervisor

NAME = "demo"
USER = "demo"
HOSTS = 22
"""So many ports in a row: they stand in the library's source URLs, and so must stay the same."""

CHOICES = {"is_for_kids": False, "visibility": "public", "category": "tv"}
"""What a series gets on the demo's platforms where nothing is chosen."""

# A visitor does not wait an hour for the next episode.
_PACES = {
    "WELLSPRING_UPLOADER_DAILYMOTION_INTERVAL_S": "15",
    "WELLSPRING_UPLOADER_UPLOAD_POLL_S": "1",
    "WELLSPRING_UPLOADER_RETRY_AFTER_S": "[5, 15, 30]",
    "WELLSPRING_UPLOADER_CONFIRM_OVER_S": "6",
    "WELLSPRING_UPLOADER_LOOK_FIRST_S": "2",
    "WELLSPRING_UPLOADER_PROGRESS_EVERY_S": "0.25",
}
# The first start makes the first videos.
_PATIENCE_S = 240.0


class Demo:
    """The running demo world, and what it said about itself when it became ready."""

    def __init__(self, data: DataDir, inherited: Mapping[str, str], port_base: int) -> None:
        self.facts: dict[str, Any] = {}
        self._ready = asyncio.Event()
        self._data = data
        self._program = demo_program(data, inherited, port_base, self._ready)

    def start(self, supervisor: Supervisor) -> None:
        """Start it."""
        self._data.demo.mkdir(mode=0o700, exist_ok=True)
        process = supervisor.start(self._program, keep_quiet=_is_quiet)
        process.logbook.listeners.append(self._listen)

    async def wait(self, supervisor: Supervisor) -> dict[str, Any]:
        """Return what it said when it became ready. Raises `Failure` when it does not."""
        if await supervisor.wait_ready(NAME, patience_s=_PATIENCE_S):
            raise Failure(
                f"The demo world was not ready within {_PATIENCE_S:g} s.",
                f"Its log is {self._data.logs / NAME}.log.",
            )
        return self.facts

    def _listen(self, line: str) -> None:
        if not line.startswith("{"):
            return
        try:
            self.facts = json.loads(line)
        except ValueError:
            return
        self._ready.set()


def catalogue_of(facts: Mapping[str, Any]) -> list[str]:
    """Return the addresses of the demo's anime catalogue, the one in use first."""
    return [str(facts[name]) for name in ("anime", "anime2") if name in facts]


def uploader_settings(facts: Mapping[str, Any], inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the uploader's own variables: a channel on the demo's Dailymotion, with seconds for hours.

    A key that the launcher was given for the real platform never gets to the demo's. The pace may be set.
    """
    found = facts.get("platforms", {}).get("dailymotion")
    if not found:
        return {}
    paces = {name: inherited.get(name, value) for name, value in _PACES.items()}
    return paces | {
        "DAILYMOTION_API_KEY": str(found["key"]),
        "DAILYMOTION_API_SECRET": str(found["secret"]),
        "DAILYMOTION_API_KEY_FILE": "",
        "DAILYMOTION_API_SECRET_FILE": "",
        "WELLSPRING_UPLOADER_DAILYMOTION_API": str(found["api"]),
        "WELLSPRING_UPLOADER_DAILYMOTION_TOKEN": str(found["token"]),
        "WELLSPRING_UPLOADER_DAILYMOTION_CHANNEL": str(found["profile_id"]),
        "WELLSPRING_UPLOADER_DAILYMOTION_GENERATION": "v2",
        "WELLSPRING_UPLOADER_DAILYMOTION_DEFAULTS": json.dumps(CHOICES),
    }


def peertube_target(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what `POST /api/v1/upload-targets` wants for the demo's PeerTube."""
    found = facts.get("peertube")
    if not found:
        return None
    return {
        "name": "Demo PeerTube",
        "kind": "peertube",
        "settings": {
            "url": found["url"],
            "channel": found["channel_name"],
            "limits": "custom",
            "custom_limits": {},
            "defaults": CHOICES,
        },
        "secrets": {"username": found["username"], "password": found["password"]},
        "interval_s": int(_PACES["WELLSPRING_UPLOADER_DAILYMOTION_INTERVAL_S"]),
    }


def demo_program(
    data: DataDir, inherited: Mapping[str, str], port_base: int, ready: asyncio.Event
) -> Program:
    """Return how to run the demo world. It plays the outside world, so it learns nothing of ours."""

    async def is_ready() -> bool:
        return await ready.wait()

    words = ("--state-dir", str(data.demo), "--port-base", str(port_base))
    env = {key: value for key, value in inherited.items() if not key.startswith("WELLSPRING_")}
    return Program(
        name=NAME,
        argv=(sys.executable, "-m", "wellspring_demo", *words),
        env={**env, "PYTHONUNBUFFERED": "1"},
        is_ready=is_ready,
        prepare=ready.clear,
        port=port_base,
    )


def _is_quiet(line: str) -> bool:
    return " WARNING " not in line and " ERROR " not in line
