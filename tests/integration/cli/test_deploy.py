"""`deploy`: one command makes an operator's own servers ready, and tells what is missing."""

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from wellspring_cli.embedded.nats import ADMIN, Nats
from wellspring_cli.logins import ROLES, login_name
from wellspring_cli.nats_conf import container_configuration
from wellspring_cli.places import ROOT
from wellspring_cli.testing import Database, SharedServers, shared_servers
from wellspring_common.bus.nats import topology
from wellspring_common.events.permissions import nats_permissions
from wellspring_common.stream_sizes import store_bytes
from wellspring_common.urls import with_login

Deploy = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def own_servers() -> Generator[SharedServers]:
    """Run servers of this file: logins belong to a whole cluster, and these tests give them new passwords."""
    with shared_servers() as servers:
        yield servers


@pytest.fixture
def database(own_servers: SharedServers) -> Generator[Database]:
    """Make a fresh migrated database there."""
    with own_servers.database() as fresh:
        yield fresh


@pytest.fixture
def nats_server(own_servers: SharedServers) -> Nats:
    """Return the broker there."""
    return own_servers.nats


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Make secrets as an operator does, by the script."""
    folder = tmp_path / "secrets"
    subprocess.run([ROOT / "deploy" / "secrets.sh", folder], check=True, capture_output=True)
    return folder


@pytest.fixture
def deploy(database: Database, nats_server: Nats, prefix: str, secrets: Path) -> Deploy:
    """Return a way to run the command against servers of this test."""

    def run(**changes: str) -> "subprocess.CompletedProcess[str]":
        env = {
            "PATH": os.environ["PATH"],
            "WELLSPRING_DATABASE_URL": database.admin_url,
            "WELLSPRING_NATS_URL": nats_server.url(ADMIN),
            "WELLSPRING_NATS_PREFIX": prefix,
            "WELLSPRING_SECRETS_DIR": str(secrets),
            **changes,
        }
        env = {name: value for name, value in env.items() if value}
        command = [sys.executable, "-m", "wellspring_cli", "deploy", "--patience", "2"]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)

    return run


async def test_everything_is_ready_after_one_run_and_a_second_changes_nothing(
    deploy: Deploy, database: Database, nats_server: Nats, prefix: str, secrets: Path
) -> None:
    first = deploy()
    assert first.returncode == 0, first.stdout + first.stderr
    assert "streams: " in first.stdout
    second = deploy()
    assert "schema: up to date" in second.stdout
    assert "streams: as declared" in second.stdout
    assert await topology.ensure(nats_server.url(ADMIN), prefix=prefix) == []
    for role in ROLES:
        password = (secrets / f"postgres_{role}").read_text(encoding="utf-8").strip()
        connection = await asyncpg.connect(with_login(database.admin_url, login_name(role), password))
        try:
            assert await connection.fetchval("select current_user") == f"wellspring_{role}"
        finally:
            await connection.close()
        assert password not in first.stdout + first.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"WELLSPRING_DATABASE_URL": ""}, "WELLSPRING_DATABASE_URL is not set"),
        ({"WELLSPRING_SECRETS_DIR": "/nowhere"}, "The secret /nowhere/postgres_gateway cannot be read"),
        ({"WELLSPRING_DATABASE_URL": "postgresql://postgres:x@127.0.0.1:1/x"}, "did not answer within 2 s"),
        ({"WELLSPRING_DATABASE_URL": "http://hunter2@h/x"}, "WELLSPRING_DATABASE_URL cannot be understood"),
        ({"WELLSPRING_DATABASE_URL": "postgresql://a:hunter2@h:b/x"}, "cannot be understood"),
        ({"WELLSPRING_NATS_URL": "nats://admin:wrong@127.0.0.1:1"}, "The broker did not answer within 2 s"),
    ],
)
def test_what_is_missing_is_told_in_words(deploy: Deploy, changes: dict[str, str], said: str) -> None:
    done = deploy(**changes)
    assert done.returncode == 1
    assert said in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_a_database_that_is_missing_is_told_in_words(deploy: Deploy, database: Database) -> None:
    done = deploy(WELLSPRING_DATABASE_URL=urlsplit(database.admin_url)._replace(path="/nowhere").geturl())
    assert done.returncode == 1
    assert 'database "nowhere" does not exist' in done.stderr.replace("\n", " ")


def test_the_containers_configuration_is_what_the_code_says() -> None:
    written = (ROOT / "deploy" / "nats" / "nats.conf").read_text(encoding="utf-8")
    assert written.rstrip() == container_configuration(nats_permissions("ws"), store_bytes()).rstrip()


def test_the_server_takes_the_containers_configuration_with_passwords_from_files(
    secrets: Path, tmp_path: Path
) -> None:
    start = (ROOT / "deploy" / "nats" / "start.sh").read_text(encoding="utf-8")
    script = tmp_path / "start.sh"
    script.write_text(
        start.replace("/etc/nats/nats.conf", f"{ROOT}/deploy/nats/nats.conf -t"), encoding="utf-8"
    )
    programs = str(Path(sys.executable).parent)
    env = {"PATH": f"{programs}:{os.environ['PATH']}", "SECRETS_DIR": str(secrets)}
    done = subprocess.run(["sh", script], env=env, capture_output=True, text=True, check=False)
    assert "is valid" in done.stdout + done.stderr
    (secrets / "nats_health").unlink()
    done = subprocess.run(["sh", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0


def test_secrets_are_made_once_and_for_nobody_else(secrets: Path) -> None:
    before = {path.name: path.read_text(encoding="utf-8") for path in secrets.iterdir()}
    assert len(set(before.values())) == len(before)
    assert {f"postgres_{role}" for role in ROLES} <= set(before)
    assert secrets.stat().st_mode & 0o777 == 0o700
    (secrets / "nats_admin").rename(secrets / "nats_admin.new")  # as a run that was stopped leaves it
    subprocess.run([ROOT / "deploy" / "secrets.sh", secrets], check=True, capture_output=True)
    after = {path.name: path.read_text(encoding="utf-8") for path in secrets.iterdir()}
    assert after.keys() == before.keys()
    assert [name for name in before if after[name] != before[name]] == ["nats_admin"]
