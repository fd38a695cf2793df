"""Definitions that operators store while everything runs."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.unit.scraper.fakes import NOW
from wellspring_common.errors import Permanent
from wellspring_common.events.config import DefinitionsChanged
from wellspring_common.events.envelope import Envelope
from wellspring_common.ids import uuid7
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.definitions import Definitions, StoredDefinitions

TEXT = "id: {id}\nname: {name}\nresolve:\n  servers: [{{key: one, url: '{{{{ .Source.Url }}}}'}}]\n"


def text(id_: str, name: str) -> str:
    return TEXT.format(id=id_, name=name)


class Desk:
    """Where an operator stores definitions."""

    def __init__(self) -> None:
        self.bus, self.values, self.revision = MemoryBus(), MemoryValues(), 0
        self.heard: list[str] = []

    async def store(self, **texts: str) -> None:
        self.revision += 1
        value = {"revision": self.revision, "definitions": texts}
        await self.values.put("stored", json.dumps(value).encode())
        event, identity = DefinitionsChanged(ids=tuple(texts), revision=self.revision), uuid7()
        envelope = Envelope(event_id=identity, emitted_at=NOW, correlation_id=identity)
        await self.bus.publish(event, envelope)

    @asynccontextmanager
    async def watched(self, folder: Path) -> AsyncGenerator[StoredDefinitions]:
        watch = StoredDefinitions(self.bus, self.values, keep_in=folder, on_change=self.heard.extend)
        task = asyncio.create_task(watch.run())
        await until(lambda: watch.revision >= self.revision)
        try:
            yield watch
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not holds():
            await asyncio.sleep(0.001)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_what_is_stored_comes_before_files_and_files_before_what_is_shipped(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "own.yaml").write_text(text("direct", "From the folder"))
    (tmp_path / "mine.yaml").write_text(text("mine", "Mine"))
    files = DefinitionFiles(tmp_path)
    async with desk.watched(tmp_path / "data") as watch:
        known = Definitions(files, watch)
        assert (known.find("direct").name, known.origin("direct")) == ("From the folder", "folder")
        await desk.store(direct=text("direct", "Stored"))
        await until(lambda: watch.revision == 1)
        assert (known.find("direct").name, known.origin("direct")) == ("Stored", "stored")
        assert (known.origin("mine"), known.origin("vcloud")) == ("folder", "shipped")
        await desk.store()
        await until(lambda: watch.revision == 2)
        assert known.find("direct").name == "From the folder"
        with pytest.raises(Permanent):
            known.find("nothing")


async def test_a_broken_text_leaves_the_good_one_also_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    async with desk.watched(tmp_path) as watch:
        await desk.store(a=text("a", "Good"), b=text("b", "Other"))
        await until(lambda: watch.revision == 1)
        await desk.store(a="id: a\nname: [", b=text("b", "Newer"))
        await until(lambda: watch.revision == 2)
        assert {name: one.name for name, one in watch.current.items()} == {"a": "Good", "b": "Newer"}
    async with desk.watched(tmp_path) as again:
        assert {name: one.name for name, one in again.current.items()} == {"a": "Good", "b": "Newer"}


async def test_whoever_counts_by_definition_hears_of_new_ones(desk: Desk, tmp_path: Path) -> None:
    async with desk.watched(tmp_path) as watch:
        await desk.store(a=text("a", "A"))
        await until(lambda: watch.revision == 1)
    assert "a" in desk.heard


async def test_a_text_under_another_name_is_refused(desk: Desk, tmp_path: Path) -> None:
    async with desk.watched(tmp_path) as watch:
        await desk.store(a=text("b", "Not what it says"))
        await until(lambda: watch.revision == 1)
        assert watch.current == {}


async def test_without_a_broker_the_last_copy_is_there(desk: Desk, tmp_path: Path) -> None:
    async with desk.watched(tmp_path) as watch:
        await desk.store(a=text("a", "Good"))
        await until(lambda: watch.revision == 1)
    desk.values.down = True
    assert StoredDefinitions(desk.bus, desk.values, keep_in=tmp_path).current["a"].name == "Good"
