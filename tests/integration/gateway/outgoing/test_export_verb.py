"""`./wellspring export strm` against a running gateway."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.integration.gateway.running import Gateway
from wellspring_cli.app import app
from wellspring_cli.console import Failure

from .library import add_device, add_episode, add_title


async def export(gateway: Gateway, folder: Path, *words: str) -> dict[str, Any]:
    """Run the verb, and return what it says."""
    arguments = ["export", "strm", str(folder), "--url", gateway.url, "--json", *words]
    result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    if isinstance(result.exception, Failure):
        raise result.exception
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def names_in(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def test_the_verb_keeps_a_tree_that_follows_the_library(gateway: Gateway, tmp_path: Path) -> None:
    series = await add_title(gateway, "Show", year=2020, synopsis=f"See {gateway.url}")
    first = await add_episode(gateway, series, 1)
    second = await add_episode(gateway, series, 2)
    said = await export(gateway, tmp_path / "none", "--dry-run")
    assert said["added"] == 5
    assert not (tmp_path / "none").exists()
    said = await export(gateway, tmp_path, "--base-url", "http://nas:8000/")
    assert said == {"added": 5, "changed": 0, "unchanged": 0, "removed": 0, "foreign": [], "dry_run": False}
    season = tmp_path / "Shows/Show (2020)/Season 01"
    address = (season / "Show S01E01.strm").read_text()
    assert address == f"http://nas:8000/w/{first}/auto/Show%20S01E01.mp4\n"
    await gateway.sql.execute("delete from catalog.episodes where id = $1", second)
    said = await export(gateway, tmp_path)
    assert (said["added"], said["changed"], said["unchanged"], said["removed"]) == (0, 2, 1, 2)
    assert names_in(season) == ["Show S01E01.nfo", "Show S01E01.strm"]


async def test_a_device_exports_addresses_of_its_own(gateway: Gateway, tmp_path: Path) -> None:
    episode = await add_episode(gateway, await add_title(gateway, "Film", kind="movie"), 1)
    token, file = await add_device(gateway), tmp_path / "token"
    file.write_text(f"{token}\n")
    await export(gateway, tmp_path / "tree", "--token-file", str(file), "--kind", "movie")
    address = (tmp_path / "tree/Movies/Film/Film.strm").read_text()
    assert address == f"{gateway.url}/u/{token}/w/{episode}/auto/Film.mp4\n"
    file.write_text("wsd_wrong")
    with pytest.raises(Failure, match="unknown or revoked"):
        await export(gateway, tmp_path / "tree", "--token-file", str(file))
    assert (tmp_path / "tree/Movies/Film/Film.strm").exists()
