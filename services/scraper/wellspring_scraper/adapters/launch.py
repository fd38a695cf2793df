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

_DEBIAN = Path("/usr/lib/chromium/chromium-headless-shell")
_SHELLS = "chromium_headless_shell-*/chrome-*/*headless*shell"
_FOLDER = "wellspring-browser-"

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
)
NOT_WANTED = ("--enable-unsafe-swiftshader",)
NODE_OPTIONS = "--max-old-space-size=64 --max-semi-space-size=1"


def find_browser(named: Path | None = None) -> Path | None:
    """Return the browser to start: the one named by a setting, Debian's headless shell, or Playwright's."""
    other = os.environ.get("WELLSPRING_CHROMIUM")
    wishes = [named, Path(other) if other else None, _DEBIAN, _playwrights_own()]
    return next((path for path in wishes if path is not None and os.access(path, os.X_OK)), None)


def flags(*, sandbox: bool) -> list[str]:
    """Return the switches of a launch. Without a sandbox there is nothing to prepare processes for."""
    return [*LEAN] if sandbox else [*LEAN, "--no-zygote"]


@cache
def sandbox_works() -> bool:
    """Return whether Chromium's sandbox can be used: not by root, and not where user namespaces are off."""
    tool = shutil.which("unshare")
    if not sys.platform.startswith("linux") or os.geteuid() == 0 or tool is None:
        return False
    try:
        done = subprocess.run([tool, "--user", "--net", "true"], capture_output=True, timeout=5, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@contextmanager
def own_folder() -> Generator[Path]:
    """Make a folder for everything that one launch writes, and remove it whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> int:
    """Remove what launches of killed processes left behind, and return how many folders that were.

    Called at the start: a folder with this process's own number is an older one's, as in every container.
    """
    swept = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*-*"):
        pid = folder.name.removeprefix(_FOLDER).split("-", 1)[0]
        if pid == str(os.getpid()) or not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept


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
