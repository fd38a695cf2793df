"""A headless Chromium: found, or installed where that is ours to do, or explained."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from .console import say, warn

_DEBIAN = (Path("/usr/lib/chromium/chromium-headless-shell"), Path("/usr/lib/chromium/chromium"))
_ON_PATH = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_INSTALL_PATIENCE_S = 600


def ensure_chromium() -> Path | None:
    """Return a Chromium that can be started headless, or None after saying how to get one."""
    found = find_chromium() or _from_playwright() or _from_debian()
    if found is None:
        _explain()
    return found


def find_chromium() -> Path | None:
    """Return a Chromium that is here already."""
    named = os.environ.get("WELLSPRING_CHROMIUM")
    if named:
        if os.access(named, os.X_OK):
            return Path(named)
        warn(f"WELLSPRING_CHROMIUM names {named}, which cannot be run: looking elsewhere.")
    own = _playwrights_own()
    if own:
        return own
    for path in _DEBIAN:
        if os.access(path, os.X_OK):
            return path
    found = next(filter(None, map(shutil.which, _ON_PATH)), None)
    return Path(found) if found else None


def _playwrights_own() -> Path | None:
    """Return the newest headless shell that Playwright downloaded, without starting Playwright."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    cache = "Library/Caches" if sys.platform == "darwin" else ".cache"
    folder = Path(named) if named else Path.home() / cache / "ms-playwright"
    shells = sorted(folder.glob("chromium_headless_shell-*/chrome-*/*headless*shell"))
    return next((path for path in reversed(shells) if os.access(path, os.X_OK)), None)


def _from_playwright() -> Path | None:
    if find_spec("playwright") is None:
        return None
    say("asking Playwright to download its headless Chromium ...")
    command = [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"]
    return _playwrights_own() if _run(command) else None


def _from_debian() -> Path | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    say("installing Chromium by apt-get ...")
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-qq"], env)
    for package in ("chromium-headless-shell", "chromium"):
        if _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], env):
            return find_chromium()
    return None


def _explain() -> None:
    command = (
        "brew install --cask chromium"
        if sys.platform == "darwin"
        else "sudo apt-get install -y chromium-headless-shell"
    )
    warn(f"There is no Chromium here, so what needs a browser is left out. Get one with: {command}")


def _run(command: list[str], extra: dict[str, str] | None = None) -> bool:
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **(extra or {})},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_INSTALL_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
