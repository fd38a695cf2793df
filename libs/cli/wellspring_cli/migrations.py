"""The database schema: plain SQL files of wellspring_common, applied by dbmate."""

import asyncio
import os
import shutil
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from .console import Failure


def migrations_folder() -> Path:
    """Return the folder of SQL files, without importing the package that holds it."""
    spec = find_spec("wellspring_common")
    if spec is None or spec.origin is None:
        raise Failure("wellspring_common is not installed.", "Start by ./wellspring, which installs it.")
    return Path(spec.origin).parent / "migrations"


async def migrate(url: str) -> list[str]:
    """Bring a database to the latest schema and return the names of what was applied."""
    dbmate = shutil.which("dbmate", path=sysconfig.get_path("scripts")) or shutil.which("dbmate")
    if dbmate is None:
        raise Failure("The program dbmate is not installed.", "Start by ./wellspring, which installs it.")
    process = await asyncio.create_subprocess_exec(
        dbmate,
        *("--no-dump-schema", "--migration-lock", "--migrations-dir", str(migrations_folder()), "migrate"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # By environment, because a command line can be read by everybody.
        env={"PATH": os.environ.get("PATH", ""), "DATABASE_URL": url},
    )
    output, _ = await process.communicate()
    said = output.decode(errors="replace").strip().splitlines()
    if process.returncode != 0:
        raise Failure(
            "The database could not be migrated: " + " ".join(said[-3:]),
            "Nothing of the failed step was kept. See docs/running.md, section Upgrades.",
        )
    return [line.removeprefix("Applying: ") for line in said if line.startswith("Applying: ")]
