"""The container that holds everything but Postgres, started as a small host would."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.groups import Group

from .cgroup import control_group
from .engine import Engine
from .stack import DEMO_PORTS, ComposeStack

HEALTHY_S = 120


@dataclass(frozen=True)
class Small:
    """The container, its control group and the gateway's address from this machine."""

    engine: Engine
    name: str
    group: Group
    url: str


@contextmanager
def running_small(stack: ComposeStack, image: str) -> Generator[Small]:
    """Run it beside a Postgres of its own, with the composed demo as its outside world."""
    engine, name = stack.engine, f"{stack.project}-small"
    network = f"{stack.project}_front"
    secrets = stack.folder / "secrets"
    try:
        engine.run(
            *("run", "--detach", "--name", f"{name}-postgres", "--network", network, "--user", "postgres"),
            *("--env", "POSTGRES_DB=wellspring", "--env", "POSTGRES_PASSWORD_FILE=/run/secrets/postgres"),
            *("--volume", f"{secrets}/postgres:/run/secrets/postgres:ro", "postgres:18.6"),
        )
        hosts = ",".join(f"demo.localhost:{port}" for port in DEMO_PORTS)
        settings = {
            "WELLSPRING_DATABASE_URL": f"postgresql://postgres@{name}-postgres:5432/wellspring?sslmode=disable",
            "WELLSPRING_DATABASE_PASSWORD_FILE": "/run/secrets/postgres",
            "WELLSPRING_GATEWAY_ADMIN_USER": "admin",
            "WELLSPRING_GATEWAY_ADMIN_PASSWORD_FILE": "/run/secrets/admin_password",
            "WELLSPRING_ALLOW_PRIVATE_HOSTS": hosts,
        }
        wait_for_postgres(engine, f"{name}-postgres")
        engine.run(
            *("run", "--detach", "--name", name, "--network", network, "--read-only", "--tmpfs", "/tmp"),
            *("--memory", "512m", "--memory-swap", "512m", "--cap-drop", "ALL"),
            *("--security-opt", "no-new-privileges", "--volume", f"{name}:/var/lib/wellspring"),
            *("--volume", f"{secrets}/postgres:/run/secrets/postgres:ro"),
            *("--volume", f"{secrets}/admin_password:/run/secrets/admin_password:ro"),
            *(word for key, value in settings.items() for word in ("--env", f"{key}={value}")),
            image,
        )
        wait_until_healthy(engine, name)
        address = engine.inspect(name, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")
        pid = int(engine.inspect(name, "{{.State.Pid}}"))
        port = engine.forward(8000, target=address)
        yield Small(engine, name, control_group(pid), f"http://127.0.0.1:{port}")
    finally:
        engine.run("rm", "--force", "--volumes", name, f"{name}-postgres", check=False)
        engine.run("volume", "rm", "--force", name, check=False)


def wait_for_postgres(engine: Engine, name: str) -> None:
    """Wait until the database answers by TCP."""
    end = time.monotonic() + HEALTHY_S
    while "accepting" not in engine.run("exec", name, "pg_isready", "-h", "127.0.0.1", check=False):
        assert time.monotonic() < end, engine.run("logs", name)
        time.sleep(0.3)  # noqa: TID251  (a container is waited for from a plain thread)


def wait_until_healthy(engine: Engine, name: str) -> None:
    """Wait until the container's own health check says that it can do its work."""
    end = time.monotonic() + HEALTHY_S
    while engine.inspect(name, "{{.State.Health.Status}}") != "healthy":
        running = engine.inspect(name, "{{.State.Running}}") == "true"
        assert running, engine.run("logs", name)
        assert time.monotonic() < end, engine.run("logs", name)
        time.sleep(0.5)  # noqa: TID251  (a container is waited for from a plain thread)
