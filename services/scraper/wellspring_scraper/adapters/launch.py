"""Which browser is started, and with which switches (measured: ADR 7)."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal

import structlog

from wellspring_common.errors import Permanent

from . import processes

_DEBIAN = Path("/usr/lib/chromium/chromium-headless-shell")
_SHELLS = "chromium_headless_shell-*/chrome-*/*headless*shell"
_FOLDER = "wellspring-browser-"
_NAMESPACES = ("--user", "--net", "--pid", "--fork")

# Chromium keeps the last `--enable-features` only, so Playwright's own two are repeated. Never pass
# `--disable-features`: it would bring back what Playwright switched off.
LEAN = (
    "--in-process-gpu",
    "--enable-features=NetworkServiceInProcess2,CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies",
    "--disable-software-rasterizer",
    "--block-new-web-contents",
    "--js-flags=--max-old-space-size=128",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # names are looked up by the proxy alone: the browser itself asks no name server for anything
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
NOT_WANTED = ("--enable-unsafe-swiftshader",)
_DRIVER = {
    "NODE_OPTIONS": "--max-old-space-size=64 --max-semi-space-size=1 --v8-pool-size=1",
    "UV_THREADPOOL_SIZE": "1",
    "MALLOC_ARENA_MAX": "1",
}

Sandbox = Literal["auto", "always", "never"]
"""Whether pages run in Chromium's own sandbox: where it works, or nowhere else, or never."""

log = structlog.get_logger(__name__)


def find_browser(named: Path | None = None) -> Path | None:
    """Return the browser to start: the one named by a setting, Debian's headless shell, or Playwright's."""
    other = os.environ.get("WELLSPRING_CHROMIUM")
    wishes = [named, Path(other) if other else None, _DEBIAN, _playwrights_own()]
    return next((path for path in wishes if path is not None and os.access(path, os.X_OK)), None)


def driver_environment(folder: Path, cache: Path | None) -> dict[str, str]:
    """Return the variables of a driver: where it writes, and what keeps it small.

    With a folder for its compiled code it starts faster and takes 5 MB less.
    """
    kept = {"NODE_COMPILE_CACHE": str(cache / "driver")} if cache is not None else {}
    return {**_DRIVER, **kept, "TMPDIR": str(folder)}


def flags(*, sandbox: bool) -> list[str]:
    """Return the switches of a launch. Without a sandbox there is nothing to prepare processes for."""
    return [*LEAN] if sandbox else [*LEAN, "--no-zygote"]


@cache
def why_no_sandbox() -> str | None:
    """Return why Chromium's sandbox cannot be used here, or nothing where it can.

    It is made of user namespaces: root has none of its own, and container engines forbid them.
    """
    if not sys.platform.startswith("linux"):
        return "not Linux"
    if os.geteuid() == 0:
        return "root"
    tool = shutil.which("unshare")
    if tool is None:
        return "no unshare to try with"
    try:
        done = subprocess.run([tool, *_NAMESPACES, "true"], capture_output=True, timeout=5, check=False)  # noqa: S603  (a list of our own)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.decode(errors="replace").strip() or "refused"


def with_sandbox(wish: Sandbox) -> bool:
    """Return whether to use the sandbox. Raises `browser_unavailable` where it must be and cannot."""
    if wish == "never":
        return False
    why = why_no_sandbox()
    if why is not None and wish == "always":
        raise Permanent(f"The browser's sandbox cannot be used here: {why}.", code="browser_unavailable")
    return why is None


@contextmanager
def own_folder() -> Generator[Path]:
    """Make a folder for everything that one launch writes, and remove it whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def sweep() -> int:
    """Remove what launches of killed processes left behind, and return how many folders that were.

    Whatever still runs out of such a folder is an orphan, and is ended first.
    """
    folders = _left_behind()
    for folder in folders:
        orphans = set(processes.holders(folder))
        await processes.end(orphans, processes.groups(sorted(orphans)))
        shutil.rmtree(folder, ignore_errors=True)
        log.info("browser.swept", processes=len(orphans))
    return len(folders)


def _left_behind() -> list[Path]:
    """Return the folders of processes that are gone.

    One with this process's own number is an older one's, as in every container: nothing was launched yet.
    """
    folders = Path(tempfile.gettempdir()).glob(f"{_FOLDER}*-*")
    owners = {one: one.name.removeprefix(_FOLDER).split("-", 1)[0] for one in folders}
    return [
        folder
        for folder, pid in owners.items()
        if pid == str(os.getpid()) or not Path(f"/proc/{pid}").exists()
    ]


@contextmanager
def environment(changes: Mapping[str, str]) -> Generator[None]:
    """Change this process's environment while Playwright copies it for its driver: it takes no other."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _playwrights_own() -> Path | None:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    cache_folder = "Library/Caches" if sys.platform == "darwin" else ".cache"
    folder = Path(named) if named else Path.home() / cache_folder / "ms-playwright"
    return max(folder.glob(_SHELLS), default=None)
