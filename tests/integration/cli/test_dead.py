"""`dead`, as an operator uses it: on a real database, with a refresher's consumer and relay beside it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.common.letters import bury, died, started
from tests.integration.common.replaying import Service, say, with_effects
from tests.integration.common.waiting import eventually
from tests.support.terminal import wellspring
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.places import ROOT
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.port import Undecodable
from wellspring_common.events.topology import REFRESHER, SCRAPER_INTERACTIVE


class Terminal:
    """Runs the verb against one database."""

    def __init__(self, database: FreshDatabase) -> None:
        self._environ = {**os.environ, "COLUMNS": "200", "WELLSPRING_DATABASE_URL": database.admin_url}

    async def dead(self, *words: str, **environ: str) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr."""
        return await wellspring("dead", *words, cwd=ROOT, env={**self._environ, **environ})

    async def json(self, *words: str) -> tuple[int, Any]:
        """Return exit code and the one document that is told."""
        code, said, complained = await self.dead(*words, "--json")
        return code, json.loads(said or complained)


@pytest.fixture
def terminal(database: FreshDatabase) -> Terminal:
    return Terminal(database)


async def test_nothing_dead_is_said_kindly(terminal: Terminal) -> None:
    assert await terminal.dead("list") == (
        0,
        "No open dead letters: nothing waits for you.\n",
        "",
    )
    assert await terminal.json("list") == (0, {"total": 0, "letters": []})
    code, _, complained = await terminal.dead("replay", "--all")
    assert (code, "No open letter matches" in complained) == (1, True)


async def test_letters_are_listed_grouped_and_narrowed(terminal: Terminal, database: FreshDatabase) -> None:
    drifted = await bury(database, started(), code="drift")
    buggy = [await bury(database, died(), schema="health", consumer="health") for _ in range(2)]
    code, said, _ = await terminal.dead("list")
    rows = {line.split()[0]: line.split() for line in said.splitlines() if "/" in line.split(" ")[0]}
    assert code == 0
    assert list(rows) == [str(each) for each in (*buggy[::-1], drifted)]
    assert rows[str(drifted)][1:5] == ["refresher", "refresher", "scrape.started", "drift"]
    _, said, _ = await terminal.dead("list", "--group")
    assert [line.split()[:4] for line in said.splitlines() if line.strip()][1:3] == [
        ["2", "health", "health", "bug"],
        ["1", "refresher", "refresher", "drift"],
    ]
    _, told = await terminal.json("list", "--group", "--limit", "1")
    assert (told["total"], [each["letters"] for each in told["ways"]]) == (3, [2])
    assert told["ways"][0]["newest_address"] == str(buggy[-1])
    for words in (("--code", "drift"), ("--consumer", "refresher")):
        _, told = await terminal.json("list", *words, "--since", "1h")
        assert [each["address"] for each in told["letters"]] == [str(drifted)]
    _, told = await terminal.json("list", "--limit", "1")
    assert (told["total"], len(told["letters"])) == (3, 1)
    code, said, _ = await terminal.dead("list", "--state", "dropped")
    assert (code, said) == (0, "No letter is dropped.\n")
    code, said, _ = await terminal.dead("list", "--consumer", "refreshr")
    assert (code, said) == (0, "No letter matches: ./wellspring dead list shows those that are open.\n")


async def test_a_letter_is_shown_with_its_contents_and_the_way_on(
    terminal: Terminal, database: FreshDatabase
) -> None:
    dead = started()
    address = await bury(database, dead, detail="KeyError: '[bold]x'")
    code, said, _ = await terminal.dead("show", str(address))
    assert code == 0
    for expected in (
        "KeyError: '[bold]x'",
        '"episode_id": 1',
        "ws-correlation-id",
        f"./wellspring dead replay {address} --wait",
        f"./wellspring dead drop {address}",
    ):
        assert expected in said
    code, told = await terminal.json("show", str(address))
    assert (told["payload"]["episode_id"], told["outcome"]) == (1, "open")
    assert told["headers"]["ws-event-id"] == str(dead.envelope.event_id) == told["event_id"]
    odd = await bury(database, Undecodable("scrape.started", b"\xff\x00", {}, "event_invalid", "no JSON"))
    assert "\\xff\\x00" in (await terminal.dead("show", str(odd)))[1]
    assert (await terminal.json("show", str(odd)))[1]["raw_hex"] == "ff00"


async def test_a_letter_does_not_command_the_terminal(terminal: Terminal, database: FreshDatabase) -> None:
    headers = {"odd": "\x1b[2J\x9b31m", "ws-schema": "\x1b]0;title\x07/1"}
    dead = Undecodable("scrape.started", b'{"said": "\xc2\x9b31m"}', headers, "event_invalid", "?")
    address = await bury(database, dead, code="event_invalid", detail="first\nsecond \x1b[31m")
    for words in (("list",), ("list", "--group"), ("show", str(address)), ("replay", str(address))):
        code, said, _ = await terminal.dead(*words)
        assert (code, {sign for sign in said if ord(sign) < 32 or 127 <= ord(sign) < 160}) == (0, {"\n"})


async def test_a_narrow_terminal_has_what_matters_on_one_line(
    terminal: Terminal, database: FreshDatabase
) -> None:
    address = await bury(database, started(), consumer=SCRAPER_INTERACTIVE.name, code="schema_unknown")
    for words in (("list",), ("list", "--group")):
        _, said, _ = await terminal.dead(*words, COLUMNS="80")
        (row,) = [line for line in said.splitlines() if SCRAPER_INTERACTIVE.name in line]
        assert {"schema_unknown", str(address)} <= set(row.split())


async def test_letters_are_dropped_with_a_reason(terminal: Terminal, database: FreshDatabase) -> None:
    address = await bury(database, started())
    assert (await terminal.dead("drop", str(address)))[0] == 2, "a reason is required"
    assert (await terminal.dead("drop", str(address), "--why", " "))[0] == 1
    code, told = await terminal.json("drop", str(address), "--why", "a duplicate of another")
    assert (code, told["dropped"], told["letters"][0]["outcome"]) == (0, 1, "dropped")
    _, said, _ = await terminal.dead("show", str(address))
    assert "a duplicate of another" in said
    assert "(command line)" in said
    code, said, _ = await terminal.dead("drop", str(address), "--why", "again")
    assert (code, f"{address} is dropped already" in said) == (1, True)


async def test_letters_are_replayed_and_the_way_each_ended_is_told(
    terminal: Terminal, database: FreshDatabase, nats_server: Nats, topology: str
) -> None:
    async with (
        with_effects(database) as sql,
        opened(database, "refresher") as held,
        connected(nats_server.url(), "test") as connection,
    ):
        bus = NatsBus(connection, prefix=topology, service="refresher")
        service = Service(held, bus, REFRESHER)
        async with service.running(REFRESHER):
            for _ in range(3):
                await say(bus)

            async def buried() -> int:
                return int(await sql.fetchval("select count(*) from links.dead_letters"))

            await eventually(buried, lambda found: found == 3)
            code, told = await terminal.json("replay", "--all", "--wait")
            assert (code, told["replayed"]) == (1, 3)
            assert {each["outcome"] for each in told["letters"]} == {"died_again"}
            service.broken.clear()
            _, listed = await terminal.json("list")
            assert {each["replays"] for each in listed["letters"]} == {1}
            (fingerprint,) = {each["fingerprint"] for each in listed["letters"]}
            code, said, _ = await terminal.dead("replay", "--fingerprint", fingerprint, "--wait")
            assert (code, "3 handled" in said) == (0, True), said
            address = listed["letters"][0]["address"]
            code, said, _ = await terminal.dead("replay", address)
            assert (code, "is replayed already" in said) == (1, True)
        assert await sql.fetchval("select count(*) from public.effects") == 3


async def test_what_nobody_hears_of_is_said_to_be_sent_and_a_wait_ends(
    terminal: Terminal, database: FreshDatabase
) -> None:
    address = await bury(database, started(), consumer=SCRAPER_INTERACTIVE.name)
    stays = await bury(database, started())
    code, told = await terminal.json(
        "replay", "--rate", "100", str(address), str(stays), "--wait", "--patience", "1"
    )
    assert (code, [each["outcome"] for each in told["letters"]]) == (1, ["waiting", "waiting"])
    async with administrator(database) as sql:
        await sql.execute("update links.outbox set state = 'published', published_at = now()")
    _, listed = await terminal.json("list", "--state", "replayed")
    assert {each["outcome"] for each in listed["letters"]} == {"sent"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("show", "links/7"), "There is no letter links/7."),
        (("replay", "links/7", "links/8"), "There is no letter links/7, links/8."),
        (("replay", "12"), "one is written links/12"),
        (("replay",), "Which letters?"),
        (("replay", "links/7", "--all"), "Which letters?"),
        (("list", "--since", "yesterday"), "no time"),
    ],
)
async def test_mistakes_are_answered_in_words(
    terminal: Terminal, words: tuple[str, ...], expected: str
) -> None:
    code, _, complained = await terminal.dead(*words)
    assert (code, expected in complained, "→" in complained) == (1, True, True), complained


async def test_no_database_is_said_and_none_is_started(terminal: Terminal, tmp_path: Path) -> None:
    closed = "postgresql://nobody@127.0.0.1:1/none"
    code, _, complained = await terminal.dead("list", WELLSPRING_DATABASE_URL=closed)
    assert (code, "out of reach" in complained) == (1, True)
    words = ("list", "--data-dir", str(tmp_path / "data"))
    code, _, complained = await terminal.dead(*words, WELLSPRING_DATABASE_URL="")
    assert (code, "No database runs in" in complained, "./wellspring up" in complained) == (1, True, True)
