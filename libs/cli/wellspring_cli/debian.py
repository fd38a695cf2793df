"""Programs out of Debian's packages: unpacked into our own folder, or installed with all they need."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .console import say
from .frontend import cache_folder

_PATIENCE_S = 300


def debian_program(package: str, program: str) -> Path | None:
    """Return a program of a Debian package, from PATH, from our folder, or downloaded now.

    None where there is no apt-get, or where it does not bring the package.
    """
    found = shutil.which(program)
    if found:
        return Path(found)
    home = cache_folder() / "debian" / package
    unpacked = home / "usr" / "bin" / program
    if not os.access(unpacked, os.X_OK):
        unpack([package], home)
    return unpacked if os.access(unpacked, os.X_OK) else None


def installed(package: str) -> bool:
    """Install a package with all that it needs, where that is ours to do, and return whether it is there."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    say(f"installing {package} by apt-get ...")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    here = Path.cwd()
    return _run(install, here) or (_run(["apt-get", "update", "-qq"], here) and _run(install, here))


def unpack(packages: Sequence[str], home: Path) -> bool:
    """Download packages into a folder, which appears whole or not at all, and return whether it did."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return False
    say(f"downloading {', '.join(packages)} by apt-get ...")
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        there = Path(folder)
        if not _downloaded(packages, there):
            return False
        archives = sorted(there.glob("*.deb"))
        if not archives or not all(
            _run(["dpkg", "-x", str(archive), str(there / "whole")], there) for archive in archives
        ):
            return False
        shutil.rmtree(home, ignore_errors=True)
        (there / "whole").rename(home)
    return True


def _downloaded(packages: Sequence[str], folder: Path) -> bool:
    fetch = ["apt-get", "download", "-qq", *packages]
    if _run(fetch, folder):
        return True
    # the lists may be missing or out of date, and only root may renew them
    return os.geteuid() == 0 and _run(["apt-get", "update", "-qq"], folder) and _run(fetch, folder)


def _run(command: list[str], folder: Path) -> bool:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
