"""What many rows cost: a few statements for each batch, and an event for each show."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from wellspring_cli.testing import Database as Fresh
from wellspring_common.clock import SystemClock
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database, open_database
from wellspring_common.settings import PostgresSettings
from wellspring_gateway.adapters.importing import PostgresImporting
from wellspring_gateway.domain.episodes import NewEpisode, NewSource
from wellspring_gateway.domain.importing import Row
from wellspring_gateway.importing import BATCH

from .running import Gateway
from .test_importing import LINK, outcomes, upload

MOST_STATEMENTS = 12
"""Of one batch: with what a transaction begins and ends."""


class Watched(Database):
    """A database that writes down the statements of its transactions."""

    said: list[str]

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        self.said = []
        async with super().transaction() as connection:
            with connection.query_logger(lambda record: self.said.append(record.query)):
                yield connection


def mixed(rows: int, *, shows: int) -> Iterator[Row]:
    for at in range(rows):
        source = NewSource(720, f"{LINK}/{at}", "vcloud")
        yield Row(at, NewEpisode(f"Show {at % shows}", 1, Decimal(at // shows), None, "series", (source,)))


@pytest.fixture
async def watched(database: Fresh, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Watched]:
    monkeypatch.setenv("WELLSPRING_DATABASE_URL", database.url_for("gateway"))
    async with open_database(PostgresSettings(), service="gateway") as opened:
        yield Watched(opened._pool, service="gateway")


@pytest.mark.parametrize("shows", [1, 50, BATCH], ids=["one show", "many shows", "only shows"])
async def test_a_batch_takes_few_statements_however_many_shows_it_has(watched: Watched, shows: int) -> None:
    importing = PostgresImporting(watched, Outbox("catalog"))
    rows = list(mixed(BATCH, shows=shows))
    for existed in (False, True):
        found = await importing.store(rows, now=SystemClock().now(), key=None, request_hash=b"")
        assert {outcome.existed for outcome in found} == {existed}
        assert 0 < len(watched.said) <= MOST_STATEMENTS, watched.said


async def test_names_that_share_an_address_become_titles_of_their_own(watched: Watched) -> None:
    importing = PostgresImporting(watched, Outbox("catalog"))
    names = ("Ran", "RAN", "Ran!", "Ran?")
    rows = [Row(at, episode(name)) for at, name in enumerate(names)]
    found = await importing.store(rows, now=SystemClock().now(), key=None, request_hash=b"")
    assert [outcome.existed for outcome in found] == [False, True, False, False]
    async with watched.connection() as connection:
        titles = await connection.fetch("select title, slug, year, genres from catalog.titles order by slug")
    told: list[Any] = [tuple(row) for row in titles]
    assert told == [
        ("Ran", "ran", 1985, ["Drama", "War"]),
        ("Ran!", "ran-2", 1985, ["Drama", "War"]),
        ("Ran?", "ran-3", 1985, ["Drama", "War"]),
    ]


def episode(show: str) -> NewEpisode:
    source = NewSource(720, f"{LINK}/ran", "vcloud")
    details = {"year": 1985, "genres": ["Drama", "War"]}
    return NewEpisode(show, 1, Decimal(1), None, "movie", (source,), details)


async def test_mixed_shows_are_told_of_once_and_answered_in_the_order_of_their_lines(
    gateway: Gateway,
) -> None:
    shows, rows = 80, 3 * BATCH
    lines = "".join(f"Show {at % shows},{at // shows},{LINK}/{at}\n" for at in range(rows))
    body = f"show,episode,link720\n{lines}Show 3,x,{LINK}\nSHOW 0,0,{LINK}/again\n"
    answer = await upload(await gateway.signed_in("operator"), body)
    wanted = [(at + 2, "imported") for at in range(rows)] + [(rows + 2, "invalid"), (rows + 3, "exists")]
    assert outcomes(answer) == wanted
    told = await gateway.told("catalog.changed")
    # a batch may end within a show
    assert shows <= len(told) <= shows + rows // BATCH
    assert sum(len(each["episode_ids"]) for each in told) == rows
    assert answer.json["rows"][0]["episode_id"] == answer.json["rows"][-1]["episode_id"]
