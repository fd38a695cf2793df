"""The compose file as an operator starts it: by the three commands in its header."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wellspring_cli.places import ROOT
from wellspring_cli.ports import choose

from .engine import Engine

DEMO_PORTS = range(9301, 9322)
RUNNING = ("postgres", "nats", "gateway", "scraper", "refresher", "health", "uploader", "demo", "seed")
_HEADER_COMMAND = re.compile(r"^#   (\S.*?)(?:  +#.*)?$", re.MULTILINE)


def compose_program() -> str:
    """Return the path of docker-compose, which PyPI brings."""
    found = shutil.which("docker-compose", path=sysconfig.get_path("scripts"))
    assert found is not None, "docker-compose is part of the environment"
    return found


def header_commands() -> list[str]:
    """Return the commands that the file's own header tells to type."""
    head = (ROOT / "docker-compose.yml").read_text(encoding="utf-8").split("\nname:", 1)[0]
    return _HEADER_COMMAND.findall(head)


@dataclass
class ComposeStack:
    """One project on an engine, in a folder that holds what a checkout holds."""

    engine: Engine
    folder: Path
    project: str
    port: int

    @property
    def url(self) -> str:
        """The gateway, from this machine."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin_password(self) -> str:
        """The password that the header says to sign in with."""
        return (self.folder / "secrets" / "admin_password").read_text(encoding="utf-8").strip()

    def compose(self, *words: str, timeout: float = 300, check: bool = True) -> str:
        """Run docker-compose in the folder."""
        command = [compose_program(), "-p", self.project, *words]
        return self.engine.call(command, timeout=timeout, check=check, cwd=self.folder)

    def container(self, service: str) -> str:
        """Return the id of a service's container."""
        return self.compose("ps", "--all", "--quiet", service).split()[0]

    def fact(self, service: str, template: str) -> str:
        """Return one fact about a service's container, by a template of `docker inspect`."""
        return self.engine.inspect(self.container(service), template)

    def facts(self, service: str) -> dict[str, Any]:
        """Return everything that the engine knows about a service's container."""
        found: dict[str, Any] = json.loads(self.engine.run("inspect", self.container(service)))[0]
        return found

    def address(self, service: str) -> str:
        """Return an address of a service's container in the engine's network."""
        networks = self.facts(service)["NetworkSettings"]["Networks"]
        return str(next(network["IPAddress"] for network in networks.values() if network["IPAddress"]))

    def inside(self, service: str, *words: str) -> str:
        """Run a program in a service's container."""
        return self.compose("exec", "-T", service, *words)

    def crash(self, service: str) -> None:
        """Kill the first process of a container, as a crash does: an engine's own `kill` counts as a wish."""
        pid = int(self.fact(service, "{{.State.Pid}}"))
        # An engine in a virtual machine numbers its processes there: here the number is somebody else's.
        about = [Path(f"/proc/{pid}/{name}") for name in ("cgroup", "mountinfo")]
        said = "".join(file.read_text() for file in about if file.exists())
        assert self.container(service) in said, (
            f"process {pid} is not the container's: is the engine elsewhere?"
        )
        os.kill(pid, 9)

    def wait(self, what: str, holds: Callable[[], bool], patience_s: float = 90) -> None:
        """Wait until something holds. Raises AssertionError that names it, with the logs."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if holds():
                return
            time.sleep(0.3)  # noqa: TID251  (containers are waited for from a plain thread)
        raise AssertionError(
            f"{what} did not come true in {patience_s:g} s:\n{self.compose('logs', '--tail=20')}"
        )

    def wait_healthy(self, service: str) -> None:
        """Wait until a service says that it can do its work."""
        self.wait(f"{service} healthy", lambda: self.fact(service, "{{.State.Health.Status}}") == "healthy")


def laid_out(engine: Engine, folder: Path) -> ComposeStack:
    """Lay out a folder as a checkout is, with the demo's lines of .env.example switched on."""
    for name in ("docker-compose.yml", ".env.example"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    stack = ComposeStack(engine, folder, project=f"wellspring-{folder.name.lower()}", port=choose(None, 8000))
    example = folder / ".env.example"
    text = example.read_text(encoding="utf-8")
    text = re.sub(r"^WELLSPRING_PORT=.*$", f"WELLSPRING_PORT={stack.port}", text, flags=re.MULTILINE)
    demo = text.index("# The demo takes these three lines")
    text = text[:demo] + re.sub(
        r"^#(COMPOSE_PROFILES|WELLSPRING_\w+=)", r"\1", text[demo:], flags=re.MULTILINE
    )
    example.write_text(text, encoding="utf-8")
    return stack


def started(stack: ComposeStack) -> None:
    """Type the commands of the header, and make the published ports this machine's."""
    for command in header_commands():
        words = shlex.split(command)
        if words[:2] == ["docker", "compose"]:
            stack.compose(*words[2:], timeout=600)
        else:
            subprocess.run(words, cwd=stack.folder, check=True, capture_output=True)
    for port in (stack.port, *DEMO_PORTS):
        stack.engine.forward(port, at=port)
