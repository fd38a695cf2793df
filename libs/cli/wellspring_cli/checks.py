"""What must hold: every check in order, one line each, none left out because another failed."""

import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from threading import Lock

from .chromium import ensure_chromium
from .console import out
from .frontend import WEB, build, node_environment
from .places import ROOT

SUITES = ("unit", "contract", "integration", "e2e", "chaos")
LONG_SUITES = ("container",)
"""With `--all`: minutes of building images."""
PARTED = {"contract": 2, "integration": 4, "e2e": 2, "chaos": 3}
"""Suites whose files are shared out to so many processes, each with servers of its own.

In the order in which they are collected, those of `tests/longest_first.txt` first. Files of many tests would
else begin, and one of few that takes a minute would come last, when nobody else has anything left.
"""
HALVED = {"unit": ("deploy", "gateway", "health", "refresher", "sim", "uploader")}
"""Suites of many small tests, and the folders of their first half. The second is all the rest.

Each half imports and collects what is its own and needs no server. A process that is given single files by
another collects all of them, which took as long as a third of the tests.
"""
UNPARTED_WHEN_LONG = {"chaos"}
"""Suites whose long forms are the only load on the machine: a storm by its seed is to be met again."""
SHORTENED = {"unit": ("--hypothesis-profile", "short")}
"""What lets a suite try fewer examples, other ones each time, where the long forms try all."""
CHAOS_SEED, CHAOS_KILLS = "WELLSPRING_CHAOS_SEED", "WELLSPRING_CHAOS_KILLS"
CHAOS_AWAY = "WELLSPRING_CHAOS_AWAY_S"
LONG_AWAY_S = 600
"""How long `--chaos` lets the broker be away, unless the variable says something else."""
SIDE_BY_SIDE = 2
"""How many checks run at once, of those that are quiet until they end. The others have the machine alone."""
_NO_TESTS = 5
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Check:
    """One command. `missing` says why it cannot run here, when it cannot."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    streams: bool = False
    missing: str = ""
    env: dict[str, str] | None = None
    before: Callable[[], object] | None = None


@dataclass(frozen=True)
class Result:
    """How a check went. `passed` is None when there was nothing to run."""

    name: str
    passed: bool | None
    seconds: float
    note: str = ""
    complaint: str = ""


def all_checks(*, long_forms: bool) -> list[Check]:
    """Return everything that `wellspring test` runs."""
    suites = (*SUITES, *LONG_SUITES) if long_forms else SUITES
    tests = [check for suite in suites for check in suite_checks(suite, long_forms=long_forms)]
    return [*_static_checks(), *deploy_checks(), *_front_end_checks(), *tests]


def suite_check(suite: str, *, long_forms: bool) -> Check:
    """Return the pytest run of one folder of tests."""
    folder = ROOT / "tests" / suite
    empty = not any(folder.rglob("test_*.py"))
    short = () if long_forms else (*SHORTENED.get(suite, ()), "-m", "not long")
    is_parted = suite in PARTED and not (long_forms and suite in UNPARTED_WHEN_LONG)
    parted = ("-n", str(PARTED[suite]), "--dist", "loadfile", "--no-loadscope-reorder") if is_parted else ()
    return Check(
        name=f"pytest {suite}",
        command=(sys.executable, "-m", "pytest", f"tests/{suite}", *parted, *short),
        streams=True,
        missing="no tests there yet" if empty else "",
        before=ensure_chromium if suite == "e2e" else None,
    )


def suite_checks(suite: str, *, long_forms: bool) -> list[Check]:
    """Return the run of a folder of tests, or its two halves: those are quiet, and run side by side."""
    whole = suite_check(suite, long_forms=long_forms)
    if suite not in HALVED:
        return [whole]
    pytest, folder, options = whole.command[:3], whole.command[3], whole.command[4:]
    first = [f"{folder}/{name}" for name in HALVED[suite]]
    rest = [folder, *(f"--ignore={path}" for path in first)]
    return [
        replace(whole, name=f"{whole.name}, {half}", command=(*pytest, *paths, "-q", *options), streams=False)
        for half, paths in (("half", first), ("the rest", rest))
    ]


def chaos_check(seed: int, kills: int) -> Check:
    """Return the long forms of the chaos suite, whose kills follow from a seed. `kills` are its storm's."""
    return replace(
        suite_check("chaos", long_forms=True),
        name=f"pytest chaos, {CHAOS_SEED}={seed}",
        env={
            CHAOS_AWAY: str(LONG_AWAY_S),
            **os.environ,
            CHAOS_SEED: str(seed),
            CHAOS_KILLS: str(kills),
        },
    )


def screenshots_check(folder: Path) -> Check:
    """Return what takes pictures of every page in every state, for people to look at."""
    return Check(
        name="screenshots",
        command=(sys.executable, "-m", "tests.support.gallery", str(folder.absolute())),
        streams=True,
        before=_built_with_chromium,
    )


def path_check(paths: list[str]) -> Check:
    """Return the pytest run of what a person named."""
    return Check(name="pytest", command=(sys.executable, "-m", "pytest", *paths), streams=True)


def run_checks(checks: list[Check]) -> list[Result]:
    """Run checks, the quiet ones side by side, the others one after the other, and tell of each in order."""
    results = []
    for streams, neighbours in groupby(checks, key=lambda check: check.streams):
        with ThreadPoolExecutor(max_workers=1 if streams else SIDE_BY_SIDE) as pool:
            for result in pool.map(_run, neighbours):
                _tell(result)
                results.append(result)
    return results


def _tell(result: Result) -> None:
    if result.complaint:
        out.print(result.complaint, markup=False, soft_wrap=True)
    mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]-[/]"}[result.passed]
    note = f"  [dim]{result.note}[/]" if result.note else ""
    out.print(f"{mark} {result.name:<24} {result.seconds:6.1f} s{note}", soft_wrap=True)


def _static_checks() -> list[Check]:
    scripts = Path(sysconfig.get_path("scripts"))
    return [
        Check("ruff check", (str(scripts / "ruff"), "check", "--quiet", ".")),
        Check("ruff format", (str(scripts / "ruff"), "format", "--check", "--quiet", ".")),
        Check("mypy --strict", (str(scripts / "mypy"), "--strict", "libs", "services", "deploy", "tests")),
        Check("lint-imports", (str(scripts / "lint-imports"),)),
    ]


def deploy_checks() -> list[Check]:
    """Return the checks of Dockerfiles and of the compose file. Neither needs an engine."""
    scripts = Path(sysconfig.get_path("scripts"))
    dockerfiles = sorted(
        str(path.relative_to(ROOT))
        for top in ("deploy", "tests")
        for path in (ROOT / top).rglob("Dockerfile*")
    )
    compose = ("--env-file", ".env.example", "--profile", "*", "config", "--quiet")
    return [
        Check("hadolint", (str(scripts / "hadolint"), *dockerfiles)),
        Check("compose config", (str(scripts / "docker-compose"), *compose)),
    ]


def _front_end_checks() -> list[Check]:
    if not (WEB / "package.json").exists():
        return [Check("front end", (), missing="services/gateway/web has no package.json yet")]
    env = node_environment()
    return [
        Check("front end types", ("npm", "run", "--silent", "check"), folder=WEB, env=env, before=build),
        Check("front end tests", ("npm", "test", "--silent"), folder=WEB, env=env, before=build),
    ]


def _built_with_chromium() -> None:
    build()
    ensure_chromium()


def _run(check: Check) -> Result:
    if check.missing:
        return Result(check.name, None, 0.0, check.missing)
    if check.before:
        with _one_at_a_time:
            check.before()
    started = time.monotonic()
    if check.streams:
        out.rule(check.name, style="dim")
    try:
        done = subprocess.run(
            check.command,
            cwd=check.folder,
            env=check.env or dict(os.environ),
            stdout=None if check.streams else subprocess.PIPE,
            stderr=None if check.streams else subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        return Result(check.name, passed=False, seconds=0.0, note=str(error))
    seconds = time.monotonic() - started
    complaint = done.stdout.rstrip() if done.returncode != 0 and not check.streams else ""
    note = "no test was selected" if check.streams and done.returncode == _NO_TESTS else ""
    return Result(check.name, done.returncode == 0, seconds, note, complaint)
