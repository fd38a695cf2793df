"""A small stack by the same code as `up`: ready, told, killed, started again, gone."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg
import pytest

from wellspring_cli.console import Failure
from wellspring_cli.embedded.orphans import command_line, is_running
from wellspring_cli.places import ROOT, DataDir
from wellspring_cli.ports import choose
from wellspring_cli.stack import Plan, opened, running_stack
from wellspring_cli.state import read_state

SERVICE = "uploader"


def _cli(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wellspring_cli", *words],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_a_stack_is_ready_survives_kills_and_leaves_nobody() -> None:
    async with running_stack(services=(SERVICE,)) as stack:
        folder = str(stack.data.root)
        first = dict(stack.pids)
        assert set(first) == {"postgres", "nats", SERVICE}

        told = json.loads(_cli("status", "--json", "--data-dir", folder).stdout)
        assert told["ready"] is True
        assert {row["name"]: row["pid"] for row in told["processes"]} == first

        second = _cli("up", "--data-dir", folder)
        assert second.returncode == 3
        assert f"already runs here: pid {os.getpid()}, {stack.url}" in second.stderr

        printed = _cli("db", "url", SERVICE, "--data-dir", folder).stdout.strip()
        assert printed == stack.database_url(SERVICE)
        connection = await asyncpg.connect(printed)
        assert await connection.fetchval("SELECT current_user") == f"wellspring_{SERVICE}"
        await connection.close()

        stack.kill("nats")
        stack.kill(SERVICE)
        await stack.supervisor.processes["nats"].gone()
        await stack.supervisor.processes[SERVICE].gone()
        await stack.wait_ready("nats", SERVICE)
        last = dict(stack.pids)
        assert last["postgres"] == first["postgres"]
        assert last["nats"] != first["nats"]
    assert not any(is_running(pid) for pid in (*first.values(), *last.values()))


async def test_no_password_reaches_a_log_a_command_line_or_the_state_file() -> None:
    async with running_stack(services=(SERVICE,)) as stack:
        secrets = [path.read_text(encoding="utf-8").strip() for path in stack.data.secrets.iterdir()]
        seen = [path.read_text(encoding="utf-8") for path in stack.data.logs.iterdir()]
        seen.append((stack.data.run / "state.json").read_text(encoding="utf-8"))
        seen += [command_line(pid) or "" for pid in stack.pids.values()]
        assert len(secrets) > 10
        assert not [secret for secret in secrets if any(secret in text for text in seen)]


async def test_ports_are_remembered_and_data_stays() -> None:
    async with running_stack(services=()) as stack:
        root = stack.data.root
        connection = await asyncpg.connect(stack.servers.admin_database_url)
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        await connection.close()
        await stack.stop("postgres")
        stack.start("postgres")
        await stack.wait_ready("postgres")
        connection = await asyncpg.connect(stack.servers.admin_database_url)
        assert await connection.fetchval("SELECT answer FROM kept") == 42
        await connection.close()
        assert set(read_state(root / "run" / "state.json").ports) >= {"postgres", "nats", "nats_monitor"}
    assert not root.exists()


async def test_a_cluster_of_another_version_stops_the_start_with_a_sentence() -> None:
    # Not pytest's folder: as root the servers run as another account, which must reach it.
    with tempfile.TemporaryDirectory(prefix="wellspring-") as folder:
        data = DataDir(Path(folder))
        data.root.chmod(0o711)
        data.postgres.mkdir()
        (data.postgres / "PG_VERSION").write_text("15\n", encoding="ascii")
        with pytest.raises(Failure, match="made by Postgres 15"):
            async with opened(Plan(data=data, port=choose())):
                pass


def test_nothing_running_is_said_and_is_no_success(tmp_path: Path) -> None:
    done = _cli("status", "--data-dir", str(tmp_path))
    assert done.returncode == 1
    assert "Nothing runs in" in done.stdout


@pytest.mark.parametrize("words", [["bench", "nonsense"], ["logs"], ["db", "url", "stranger"]])
def test_mistakes_are_answered_in_words(tmp_path: Path, words: list[str]) -> None:
    extra = [] if words[0] == "bench" else ["--data-dir", str(tmp_path)]
    done = _cli(*words, *extra)
    assert done.returncode == 1
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr
