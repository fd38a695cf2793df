"""Everything but Postgres in one container of 512 MB, with a browser at work."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio

from tests.support.demo import DemoWorld
from tests.support.gateway import Operator
from tests.support.groups import Group

from .cgroup import MIB, Watch, control_group, peak_with_caches, sizes
from .engine import Engine
from .stack import DEMO_PORTS, ComposeStack

LIMIT = 512 * MIB
HEALTHY_S = 120
in_one_loop = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True)
class Small:
    """The container, its control group and the gateway's address from this machine."""

    engine: Engine
    name: str
    group: Group
    url: str


@pytest.fixture(scope="module")
def small(stack: ComposeStack, images: dict[str, str]) -> Generator[Small]:
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
            images["all-in-one"],
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


@pytest_asyncio.fixture(loop_scope="session")
async def there(small: Small, stack: ComposeStack) -> AsyncGenerator[Operator]:
    """Sign in at the small one, with cookies of its own."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=30)) as session:
        operator = Operator(session, small.url)
        await operator.sign_in("admin", stack.admin_password)
        yield operator


@in_one_loop
async def test_a_script_only_episode_is_scraped_within_the_memory_of_the_host(
    small: Small, there: Operator, demo: DemoWorld
) -> None:
    idle, at_rest = small.group.look().hard, sizes(small.group)
    with Watch(small.group):
        pages = await demo.mint("Small Observatory", 1, scripted=True)
        episode_id = await there.add_episode("Small Observatory", 1, pages)
        await there.force_scrape(episode_id)
        state = await there.links(episode_id, at_least=9)
    assert {link["server"] for link in state["links"]} == {"pixel", "fsl", "10gbps"}
    budget = ", ".join(f"{name} {pss / MIB:.0f}" for name, pss in sorted(at_rest.items()))
    print(f"\nall-in-one, MiB of PSS at rest: {budget}; together {sum(at_rest.values()) / MIB:.0f}")  # noqa: T201
    print(  # noqa: T201
        f"unreclaimable {idle / MIB:.0f} at rest, {small.group.peak / MIB:.0f} with a browser at work; "
        f"peak with caches {peak_with_caches(small.group) / MIB:.0f} of 512"
    )
    assert small.group.peak < LIMIT
    assert small.group.kills == 0
    await asyncio.to_thread(wait_until_healthy, small.engine, small.name)


def test_it_stops_cleanly_and_comes_back_with_its_library(small: Small) -> None:
    small.engine.run("stop", "--time", "30", small.name)
    assert small.engine.inspect(small.name, "{{.State.ExitCode}}") == "0"
    small.engine.run("start", small.name)
    wait_until_healthy(small.engine, small.name)
