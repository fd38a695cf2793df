"""`./wellspring` as a process of its own, that starts soon.

Each is forked off a process that has imported the libraries already, and imports only the command line
itself: half a second of computing less for each of the hundred that tests start.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

_FORKED = get_context("forkserver")
_FORKED.set_forkserver_preload(["aiohttp", "asyncpg", "nats", "rich.progress", "rich.table", "typer"])
_PATIENCE_S = 60.0


async def wellspring(*words: str, cwd: Path, env: Mapping[str, str]) -> tuple[int, str, str]:
    """Run a verb to its end and return its exit code, stdout and stderr."""
    with tempfile.TemporaryDirectory(prefix="wellspring-terminal-") as folder:
        code = await asyncio.to_thread(_run, words, cwd, env, folder)
        said, complained = (_file(folder, stream).read_text(encoding="utf-8") for stream in (1, 2))
    return code, said, complained


def _run(words: Sequence[str], cwd: Path, env: Mapping[str, str], folder: str) -> int:
    process = _FORKED.Process(target=_become, args=(tuple(words), str(cwd), dict(env), folder), daemon=True)
    process.start()
    process.join(_PATIENCE_S)
    late = process.exitcode is None
    if late:
        process.kill()
        process.join()
    code = process.exitcode or 0
    process.close()
    if late:
        raise TimeoutError(f"{words} took longer than {_PATIENCE_S:g} s")
    return code


def _become(words: Sequence[str], cwd: str, env: Mapping[str, str], folder: str) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for stream in (1, 2):
        handle = os.open(_file(folder, stream), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, stream)
        os.close(handle)
    sys.argv = ["wellspring", *words]
    from wellspring_cli.__main__ import main  # noqa: PLC0415  (its console looks at the environment)

    main()


def _file(folder: str, stream: int) -> Path:
    return Path(folder) / str(stream)
