"""A browser below a process that is killed, and below one that is not root."""

import asyncio
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from tests.support.gateway import eventually
from tests.support.groups import limited_group
from wellspring_scraper.adapters import launch, processes

pytestmark = pytest.mark.usefixtures("nothing_stays")

ROOT = Path(__file__).parent.parent.parent.parent
ONE_PAGE = ("-m", "tests.integration.scraper.one_page")
NOBODY = 65534
UNPRIVILEGED = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--bounding-set=-all",
    "--no-new-privs",
)


SMALL = 256 * 1024 * 1024


async def no_more(pids: list[int]) -> list[int]:
    return [pid for pid in pids if processes._alive(pid)]


def folder_of(told: dict[str, Any]) -> set[str]:
    return {"there"} if Path(told["folder"]).exists() else set()


@pytest.mark.parametrize("deaf", [False, True], ids=["at once", "with a driver that hangs"])
async def test_nothing_outlives_a_killed_scraper_but_a_folder_and_the_next_start_takes_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaf: bool
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *ONE_PAGE, "hang", cwd=ROOT, env=environment, stdout=PIPE
    )
    assert process.stdout is not None
    while not (line := await process.stdout.readline()).startswith(b"{"):
        assert line
    told = json.loads(line)
    drivers = [pid for pid in processes.children(process.pid) if pid in told["pids"]]
    if deaf:
        for pid in drivers:
            os.kill(pid, signal.SIGSTOP)
    process.kill()
    await process.communicate()
    if not deaf:
        await eventually(lambda: no_more(told["pids"]), lambda left: left == [], patience_s=5)
    assert folder_of(told) == {"there"}
    assert await launch.sweep() == 1
    await eventually(lambda: no_more(told["pids"]), lambda left: left == [], patience_s=5)
    assert folder_of(told) == set()


def as_nobody(*command: str, home: Path, path: str | None = None) -> dict[str, Any]:
    environment = {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PATH": path or os.environ["PATH"],
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        [*UNPRIVILEGED, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(next(line for line in done.stdout.splitlines() if line[0] == "{"))
    return found


@pytest.fixture
def home() -> Any:
    """A folder of nobody's own, outside of pytest's, which only its own user may enter."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become nobody here")
    folder = Path("/tmp") / f"wellspring-nobody-{os.getpid()}"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    probe = [*UNPRIVILEGED, sys.executable, "-c", "import tests.integration.scraper.one_page"]
    try:
        if subprocess.run(
            probe, cwd=ROOT, env={"HOME": str(folder)}, capture_output=True, check=False
        ).returncode:
            pytest.skip("nobody cannot read this checkout or its Python")
        yield folder
    finally:
        shutil.rmtree(folder)


def test_somebody_without_rights_gets_a_sandbox_where_the_kernel_allows_one(home: Path) -> None:
    told = as_nobody(sys.executable, *ONE_PAGE, "tell", home=home)
    if told["why_no_sandbox"] is not None:
        pytest.skip(f"no user namespaces here: {told['why_no_sandbox']}")
    assert told == {
        "uid": NOBODY,
        "why_no_sandbox": None,
        "sandboxed": True,
        "browsers": told["browsers"],
        "status": 200,
        "fenced": True,
    }
    assert list(home.glob("wellspring-browser-*")) == []


def test_somebody_without_rights_goes_without_a_sandbox_where_there_can_be_none(home: Path) -> None:
    refusing = home / "unshare"
    refusing.write_text("#!/bin/sh\necho unshare failed: Operation not permitted >&2\nexit 1\n")
    refusing.chmod(refusing.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    told = as_nobody(sys.executable, *ONE_PAGE, "tell", home=home, path=f"{home}:{os.environ['PATH']}")
    assert told["why_no_sandbox"] == "unshare failed: Operation not permitted"
    assert (told["uid"], told["sandboxed"], told["status"], told["fenced"]) == (NOBODY, False, 200, True)
    assert list(home.glob("wellspring-browser-*")) == []


def test_what_the_kernel_kills_in_a_full_group_has_a_name_and_the_next_browser_works() -> None:
    with limited_group(SMALL) as group:
        if group is None:
            pytest.skip("no right to make a control group here")
        command = [*group.command, sys.executable, *ONE_PAGE, "greedy"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(next(line for line in done.stdout.splitlines() if line[0] == "{"))
    assert told["codes"] == ["browser_memory", ""]
    assert told["limit"] == SMALL
    assert told["kills"] >= 1
