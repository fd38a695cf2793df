"""A whole Wellspring on one machine: what `up` runs, and what tests drive."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wellspring_common.clock import Clock, SystemClock

from . import demo as demo_world
from .console import Failure
from .demo import Demo
from .embedded.orphans import ORPHAN_SIGNAL, belongs_to, end_orphan
from .keys import Keys
from .lock import Holder, announce, hold
from .logbook import Show, last_lines
from .places import DataDir
from .ports import LOOPBACK, choose
from .process import Process, Starter, State, executed
from .programs import FIRST_OPS_PORT, SERVICES, Surroundings, is_shipped, service_program
from .servers import SERVER_NAMES, Ground, Servers, start_servers
from .state import StackState, read_state
from .supervisor import Supervisor, Tell

SERVICE_PATIENCE_S = 60.0
DEFAULT_PREFIX = "ws"


def _tell_nobody(name: str, state: State, news: str) -> None:
    """Keep quiet."""


@dataclass(frozen=True)
class Plan:
    """What to start. `services` can be narrowed by tests."""

    data: DataDir
    port: int
    demo: bool = False
    host: str = LOOPBACK
    environ: Mapping[str, str] = field(default_factory=dict)
    services: tuple[str, ...] = SERVICES
    log_format: str = "json"
    first_ops_port: int | None = FIRST_OPS_PORT
    """Where the services' probe ports count from when they are free. None takes any free ones."""
    show: Show | None = None
    tell: Tell = _tell_nobody
    starter: Starter = executed
    clock: Clock = field(default_factory=SystemClock)

    @property
    def url(self) -> str:
        """Where a person opens it."""
        host = LOOPBACK if self.host in {"0.0.0.0", "::", ""} else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


class Stack:
    """A running stack."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.data = plan.data
        self.url = plan.url
        self.keys = Keys(plan.data.secrets)
        self.demo: dict[str, Any] = {}
        self.late: list[str] = []
        """Services that were not ready in time."""
        self.servers: Servers
        self._state = read_state(self._state_file)
        self.supervisor = Supervisor(
            logs=plan.data.logs,
            clock=plan.clock,
            tell=plan.tell,
            show=plan.show,
            on_change=self._write_state,
            starter=plan.starter,
        )

    @property
    def pids(self) -> dict[str, int]:
        """Return the process numbers of what runs now, by name."""
        return {name: process.pid for name, process in self.supervisor.processes.items() if process.pid}

    @property
    def admin_password(self) -> str:
        """Return the password of the demo's user `demo`."""
        return self.keys.read("demo_admin")

    @property
    def setup_token(self) -> str:
        """Return the token of the first-run page."""
        return self.keys.read("setup_token")

    def database_url(self, role: str) -> str:
        """Return a service's own database URL, or the one of `admin`."""
        return self.servers.database_urls[role]

    def nats_url(self, service: str = "admin") -> str:
        """Return a service's own broker URL, or the one of `admin`."""
        return self.servers.admin_nats_url if service == "admin" else self.servers.nats_urls[service]

    def ops_url(self, service: str) -> str:
        """Return where a service's probes and metrics are."""
        return f"http://{LOOPBACK}:{self._state.ports[f'ops_{service}']}"

    def kill(self, name: str) -> None:
        """Kill a process as a crash would: the supervisor starts it again."""
        self.supervisor.processes[name].kill()

    async def stop(self, name: str) -> None:
        """Stop a process and leave it stopped until `start`."""
        await self.supervisor.stop(name)

    def start(self, name: str) -> Process:
        """Start a stopped process again."""
        return self.supervisor.start(self.supervisor.processes[name].program)

    async def wait_ready(self, *names: str, patience_s: float = SERVICE_PATIENCE_S) -> None:
        """Wait until processes are ready. Raises `Failure` with their last words when they are not."""
        late = await self.supervisor.wait_ready(*names, patience_s=patience_s)
        if late:
            raise Failure("\n".join(self.last_words(name) for name in late), f"Logs: {self.data.logs}")

    def last_words(self, name: str) -> str:
        """Return why a process may not be ready, from its log."""
        said = "\n    ".join(last_lines(self.data.logs / f"{name}.log", 6)) or "(nothing)"
        return f"{name} is not ready. It said last:\n    {said}"

    async def open(self) -> None:
        """Start everything, in order."""
        plan = self.plan
        await asyncio.to_thread(self._end_orphans)
        self._state = StackState(
            pid=os.getpid(),
            url=self.url,
            profile="demo" if plan.demo else "real",
            started_at=plan.clock.now().isoformat(timespec="seconds"),
            ports=self._state.ports,
        )
        prefix = plan.environ.get("WELLSPRING_NATS_PREFIX") or DEFAULT_PREFIX
        ground = Ground(plan.data, self.keys, self._state.ports, plan.environ, prefix)
        demo = None
        if plan.demo:
            ports = ground.port_block(demo_world.NAME, demo_world.HOSTS)
            demo = Demo(plan.data, plan.environ, ports)
            demo.start(self.supervisor)
        self.servers = await start_servers(ground, self.supervisor)
        if demo:
            self.demo = await demo.wait(self.supervisor)
        await self._start_services(ground)

    async def close(self) -> None:
        """Stop everything, services first and servers last."""
        await self.supervisor.stop(*(name for name in self.supervisor.processes if name in SERVICES))
        for name in (demo_world.NAME, *reversed(SERVER_NAMES)):
            await self.supervisor.stop(name)
        self._state.pid = None
        self._write_state()

    async def _start_services(self, ground: Ground) -> None:
        plan = self.plan
        names = [name for name in plan.services if is_shipped(name)]
        ops = {
            name: ground.port(f"ops_{name}", plan.first_ops_port and plan.first_ops_port + number)
            for number, name in enumerate(SERVICES)
            if name in names
        }
        around = Surroundings(
            data=plan.data,
            inherited=plan.environ,
            gateway_host=plan.host,
            gateway_port=plan.port,
            ops_ports=ops,
            database_urls=self.servers.database_urls,
            nats_urls=self.servers.nats_urls,
            nats_monitor_url=self.servers.nats_monitor_url,
            prefix=ground.prefix,
            log_format=plan.log_format,
            extra=self._first_user() | self._demo_settings(),
            own={"uploader": demo_world.uploader_settings(self.demo, plan.environ)} if plan.demo else {},
        )
        for name in names:
            plan.data.service(name).mkdir(mode=0o700, exist_ok=True)
            self.supervisor.start(service_program(name, around))
        self.late = await self.supervisor.wait_ready(*names, patience_s=SERVICE_PATIENCE_S)

    def _first_user(self) -> dict[str, str]:
        if self.plan.demo:
            return {
                "WELLSPRING_GATEWAY_ADMIN_USER": demo_world.USER,
                "WELLSPRING_GATEWAY_ADMIN_PASSWORD_FILE": str(self.keys.path("demo_admin")),
            }
        if "WELLSPRING_GATEWAY_SETUP_TOKEN" in self.plan.environ:
            return {}
        return {"WELLSPRING_GATEWAY_SETUP_TOKEN_FILE": str(self.keys.path("setup_token"))}

    def _demo_settings(self) -> dict[str, str]:
        if not self.plan.demo:
            return {}
        hosts = [str(host) for host in self.demo.get("hosts", [])]
        return {"WELLSPRING_DEMO": "1", "WELLSPRING_ALLOW_PRIVATE_HOSTS": ",".join(hosts)}

    def _end_orphans(self) -> None:
        """End what a killed launcher left behind. The lock is ours, so nobody else can own it."""
        for process in self._state.processes:
            if process.pid and belongs_to(process.pid, self.data.root):
                end_orphan(process.pid, ORPHAN_SIGNAL.get(process.name, ORPHAN_SIGNAL["*"]))

    @property
    def _state_file(self) -> Path:
        return self.data.run / "state.json"

    def _write_state(self) -> None:
        self._state.processes = self.supervisor.snapshot(_kind)
        self._state.write(self._state_file)


def _kind(name: str) -> str:
    return "server" if name in SERVER_NAMES else "demo" if name == demo_world.NAME else "service"


@asynccontextmanager
async def opened(plan: Plan) -> AsyncGenerator[Stack]:
    """Run a stack in a data directory that nobody else runs."""
    plan.data.prepare(demo=plan.demo)
    now = plan.clock.now()
    with hold(plan.data.run / "lock", now=now, purpose="starting") as descriptor:
        announce(descriptor, Holder(os.getpid(), now.isoformat(timespec="seconds"), plan.url))
        stack = Stack(plan)
        try:
            await stack.open()
            yield stack
        finally:
            await stack.close()


@asynccontextmanager
async def running_stack(
    *, demo: bool = False, data_dir: Path | None = None, seed: bool = True, **changes: Any
) -> AsyncGenerator[Stack]:
    """Run a stack for a test: free ports, a folder of its own that is removed, and the demo's library.

    `changes` are fields of `Plan`. Raises `Failure` when a service is not ready in time.
    """
    root = data_dir or Path(tempfile.mkdtemp(prefix="wellspring-"))
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o711)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WELLSPRING_")}
    plan = Plan(data=DataDir(root), port=choose(), demo=demo, environ=environ, first_ops_port=None)
    try:
        async with opened(replace(plan, **changes)) as stack:
            if stack.late:
                await stack.wait_ready(*stack.late)  # once more as long: a test may share a busy machine
            if demo and seed:
                from .seeding import seed_library  # noqa: PLC0415  (only the demo needs it)

                facts = stack.demo
                await seed_library(
                    stack.url,
                    demo_world.USER,
                    stack.admin_password,
                    facts["control"],
                    catalogue=demo_world.catalogue_of(facts),
                )
            yield stack
    finally:
        if data_dir is None:
            shutil.rmtree(root, ignore_errors=True)
