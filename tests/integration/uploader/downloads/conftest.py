"""An uploader's downloads on a fresh database, with media servers that do as they are told."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.uploader.downloads import films as making
from tests.integration.uploader.downloads import outside as serving
from tests.integration.uploader.downloads.films import Films
from tests.integration.uploader.downloads.outside import Outside
from tests.integration.uploader.downloads.rig import Rig, rigged
from wellspring_cli.testing import Database as FreshDatabase


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Films:
    return making.make(tmp_path_factory.mktemp("films"))


@pytest.fixture
async def outside() -> AsyncGenerator[Outside]:
    async with serving.running() as server:
        yield server


@pytest.fixture
async def admin(database: FreshDatabase) -> AsyncGenerator[Any]:
    async with administrator(database) as connection:
        yield connection


@pytest.fixture
async def rig(
    database: FreshDatabase, admin: Any, outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Rig]:
    monkeypatch.setenv("WELLSPRING_ALLOW_PRIVATE_HOSTS", outside.host)
    async with opened(database, "uploader") as held, rigged(held, admin, tmp_path / "media") as made:
        yield made
