"""What a launcher remembers and tells: ports over restarts, processes while it runs."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ProcessState:
    """One process as `status` shows it. `port` is where its `/readyz` is, for a service."""

    name: str
    kind: str
    pid: int | None
    state: str
    since: str
    restarts: int
    port: int | None


@dataclass
class StackState:
    """The file `run/state.json`. URLs in it hold no passwords."""

    pid: int | None = None
    url: str = ""
    profile: str = "real"
    started_at: str = ""
    ports: dict[str, int] = field(default_factory=dict)
    processes: list[ProcessState] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Replace the file as a whole, so that a reader never sees half of it."""
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        draft.replace(path)


def read_state(path: Path) -> StackState:
    """Return what the file says. An absent or damaged file says nothing."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        processes = [ProcessState(**entry) for entry in raw.pop("processes", [])]
        return StackState(processes=processes, **raw)
    except (OSError, ValueError, TypeError, AttributeError):
        return StackState()
