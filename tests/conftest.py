"""What every test can ask for: embedded servers, a database and a subject prefix of its own."""

import gc
import os
import uuid
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest
import structlog

from tests.support.longest_first import in_order, longest_first
from tests.support.memory_disk import memory_folder
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.ports import choose
from wellspring_cli.testing import OWN_USERS_PREFIX, Database, SharedServers, shared_servers
from wellspring_common.bus.nats import topology as nats_topology

_CHAOS = ("WELLSPRING_CHAOS_SEED", "WELLSPRING_CHAOS_KILLS", "WELLSPRING_CHAOS_AWAY_S")
_KEPT = frozenset({"WELLSPRING_CHROMIUM", *_CHAOS})
_ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")
_skipped: set[str] = set()

# What is imported stays: to look for garbage among it, again and again, took a sixth of the collection.
gc.disable()

# A developer's own settings must not reach a test: neither now nor in a process that it starts.
for _name in [name for name in os.environ if name.startswith("WELLSPRING_") and name not in _KEPT]:
    del os.environ[_name]


# What is logged is seen only where a test fails: a traceback with every local variable takes long to draw.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture(scope="session")
def servers() -> Generator[SharedServers]:
    """Embedded Postgres and NATS: each starts when it is first used, both stop at the end."""
    with shared_servers(memory_folder()) as running:
        yield running


@pytest.fixture
def database(servers: SharedServers) -> Generator[Database]:
    """A fresh migrated database: `admin_url`, and `url_for(service)` with that service's own login."""
    with servers.database() as fresh:
        yield fresh


@pytest.fixture
def nats_server(servers: SharedServers) -> Nats:
    """The session's NATS server: `url()`, `url(service)`, `monitor_url`."""
    return servers.nats


@pytest.fixture
def prefix() -> str:
    """A subject prefix that no other test uses."""
    return f"t{uuid.uuid4().hex[:8]}"


@pytest.fixture
async def topology(servers: SharedServers, prefix: str) -> AsyncGenerator[str]:
    """The prefix, with its streams, consumers and buckets made, and deleted after the test."""
    await nats_topology.ensure(servers.nats.url(), prefix=prefix)
    yield prefix
    servers.drop_streams(prefix)


@pytest.fixture
def nats_url_for(servers: SharedServers) -> Callable[[str], str]:
    """A broker URL for a service. It is the administrator's: users are bound to one prefix."""
    return lambda service: servers.nats.url()


@pytest.fixture
def nats_own_url_for(servers: SharedServers) -> Callable[[str], str]:
    """A service's own broker URL, with its real permissions, for tests that use `own_users_prefix`."""
    return servers.nats.url


@pytest.fixture
async def own_users_prefix(servers: SharedServers) -> AsyncGenerator[str]:
    """The one prefix that the services' own NATS users may speak under, with its topology made."""
    await nats_topology.ensure(servers.nats.url(), prefix=OWN_USERS_PREFIX)
    yield OWN_USERS_PREFIX
    servers.drop_streams(OWN_USERS_PREFIX)


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Returns a port that nobody listens on, another one at each call."""
    taken: set[int] = set()

    def next_port() -> int:
        port = choose(avoid=frozenset(taken))
        taken.add(port)
        return port

    return next_port


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: the long form, run by `wellspring test --all`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, where files are shared out: all processes end together then."""
    if hasattr(config, "workerinput"):
        items[:] = in_order(items, longest_first())


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.add(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if unlisted_skips() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    unlisted = unlisted_skips()
    if unlisted:
        terminalreporter.section("skips that tests/allowed_skips.txt does not list", red=True)
        for nodeid in unlisted:
            terminalreporter.line(nodeid)


def unlisted_skips() -> list[str]:
    """Return the tests that were skipped and may not be, where skips count: with CI=true."""
    if os.environ.get("CI") != "true":
        return []
    lines = _ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
    allowed = {line.split("#", 1)[0].strip() for line in lines}
    return sorted(
        nodeid for nodeid in _skipped if not {nodeid.split("[", 1)[0], nodeid.split("::", 1)[0]} & allowed
    )


def pytest_collection_finish() -> None:
    """Leave what was imported out of collections of garbage: those took a tenth of the unit tests' time.

    With what little of it is garbage already: to look for that once takes half a second.
    """
    gc.freeze()
    gc.enable()
