"""A Docker engine: the machine's own where one answers, else a private one from Debian's packages.

The private engine lives in network and mount namespaces of its own, so that it changes nothing of the
machine's: no firewall rule, no bridge, no forwarding. It needs root and Debian's package archive.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from wellspring_cli.debian import unpack
from wellspring_cli.frontend import cache_folder

from .forward import Forwarder

PACKAGES = (
    *("docker.io", "containerd", "runc", "iptables", "tini", "slirp4netns", "libslirp0", "debootstrap"),
    *(
        "libnftnl11",
        "libip6tc2",
        "libip4tc2",
        "libxtables12",
        "libnetfilter-conntrack3",
        "libnfnetlink0",
        "libmnl0",
    ),
)
TOOLS = ("unshare", "ip", "apt-get", "dpkg")
START_PATIENCE_S = 30
_NET_NAMESPACE = 0x40000000  # CLONE_NEWNET


class NoEngineError(Exception):
    """Says why there can be no engine on this machine."""


@dataclass
class Engine:
    """A running engine and how to talk to it. `namespace` is the process whose network it has, if private."""

    docker: str
    namespace: int | None = None
    run_dir: Path | None = None
    environ: dict[str, str] = field(default_factory=dict)
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _forwarder: Forwarder | None = None
    _dialer: ThreadPoolExecutor | None = None

    @property
    def is_private(self) -> bool:
        """Whether its images have to be made here, because it can pull none."""
        return self.namespace is not None

    def run(self, *words: str, timeout: float = 300, check: bool = True, cwd: Path | None = None) -> str:
        """Run a docker command and return what it printed. Raises AssertionError with its words."""
        return self.call([self.docker, *words], timeout=timeout, check=check, cwd=cwd)

    def call(
        self,
        command: Sequence[str],
        *,
        timeout: float = 300,
        check: bool = True,
        cwd: Path | None = None,
    ) -> str:
        """Run any command that speaks to this engine."""
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            cwd=cwd,
            env={**os.environ, **self.environ},
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout + done.stderr

    def inspect(self, name: str, template: str) -> str:
        """Return one fact about an image or a container."""
        return self.run("inspect", "--format", template, name).strip()

    def forward(self, port: int, *, target: str = "127.0.0.1", at: int = 0) -> int:
        """Make a port of the engine's network, or of a container in it, one of this machine's loopback."""
        if self.namespace is None and target == "127.0.0.1":
            return port
        if self._forwarder is None:
            self._dialer = ThreadPoolExecutor(1, initializer=self._enter)
            self._forwarder = Forwarder(self._dialer)
        return self._forwarder.open(target, port, at=at)

    def _enter(self) -> None:
        """Move the calling thread, and the sockets that it makes, into the engine's network."""
        if self.namespace is None:
            return
        with Path(f"/proc/{self.namespace}/ns/net").open("rb") as file:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.setns(file.fileno(), _NET_NAMESPACE) != 0:
                raise OSError(ctypes.get_errno(), "the engine's network cannot be entered")

    def stop(self) -> None:
        """End a private engine and remove what it wrote."""
        if self._forwarder is not None:
            self._forwarder.close()
        if self._dialer is not None:
            self._dialer.shutdown(cancel_futures=True)
        for child in reversed(self.children):
            child.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                child.wait(20)
            if child.poll() is None:
                child.kill()
                child.wait()
        if self.run_dir is not None:
            shutil.rmtree(self.run_dir, ignore_errors=True)


def start_engine() -> Engine:
    """Return the machine's engine if it answers, else start a private one. Raises `NoEngineError`."""
    own = shutil.which("docker")
    if own and subprocess.run([own, "info"], capture_output=True, check=False, timeout=30).returncode == 0:
        return Engine(docker=own)
    return _private(_packages())


def home() -> Path:
    """Return where packages and base images are kept between runs."""
    return cache_folder() / "engine"


def _packages() -> Path:
    """Return a folder with Debian's engine unpacked, fetching it on first use."""
    if os.geteuid() != 0:
        raise NoEngineError("no Docker engine answers, and only root can start a private one")
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise NoEngineError(
            f"no Docker engine answers, and {', '.join(missing)} are missing to start a private one"
        )
    root = home() / "root"
    if not root.is_dir() and not unpack(PACKAGES, root):
        raise NoEngineError("no Docker engine answers, and Debian's packages for a private one cannot be had")
    links = home() / "bin"
    links.mkdir(exist_ok=True)
    for name in ("iptables", "ip6tables"):
        for suffix in ("", "-save", "-restore"):
            link = links / (name + suffix)
            if not link.is_symlink():
                link.symlink_to(root / "usr/sbin/xtables-nft-multi")
    return root


def _private(root: Path) -> Engine:
    run_dir = Path(tempfile.mkdtemp(prefix="wellspring-engine-"))
    libraries = root / "usr/lib/x86_64-linux-gnu"
    if not libraries.is_dir():
        libraries = next(path for path in (root / "usr/lib").glob("*-linux-gnu"))
    environ = {
        "PATH": f"{home()}/bin:{root}/usr/bin:{root}/usr/sbin:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": str(libraries),
        "XTABLES_LIBDIR": str(libraries / "xtables"),
    }
    socket = run_dir / "docker.sock"
    dockerd = (
        *("dockerd", "--data-root", str(run_dir / "data"), "--exec-root", str(run_dir / "exec")),
        *("--pidfile", str(run_dir / "pid"), "--host", f"unix://{socket}", "--bip", "172.29.0.1/24"),
    )
    engine = Engine(
        docker=str(root / "usr/bin/docker"),
        run_dir=run_dir,
        environ={"DOCKER_HOST": f"unix://{socket}", "DOCKER_BUILDKIT": "1", "DOCKER_CONFIG": str(run_dir)},
    )
    words = ("unshare", "--net", "--mount", "--propagation", "private", "sh", "-c")
    with (run_dir / "dockerd.log").open("wb") as log:
        daemon = subprocess.Popen(
            [*words, 'ip link set lo up && exec "$@"', "dockerd", *dockerd],
            env={**os.environ, **environ},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    engine.children.append(daemon)
    engine.namespace = daemon.pid
    try:
        _wait(engine, daemon)
        with (run_dir / "slirp.log").open("wb") as log:
            engine.children.append(
                subprocess.Popen(
                    [
                        "slirp4netns",
                        "--configure",
                        "--mtu=65520",
                        "--disable-host-loopback",
                        str(daemon.pid),
                        "tap0",
                    ],
                    env={**os.environ, **environ},
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )
    except BaseException:
        engine.stop()
        raise
    return engine


def _wait(engine: Engine, daemon: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_PATIENCE_S
    said: Path = (engine.run_dir or Path()) / "dockerd.log"
    while time.monotonic() < end:
        found = engine.run("info", "--format", "{{json .ServerVersion}}", check=False).strip()
        with suppress(ValueError):
            if json.loads(found):
                return
        if daemon.poll() is not None:
            break
        time.sleep(0.2)  # noqa: TID251  (another process, and no event loop runs here)
    last = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise NoEngineError("a private Docker engine did not start: " + " | ".join(last))
