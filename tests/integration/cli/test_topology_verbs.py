"""`topology`, as an operator uses it: what was tampered with, what is stuck, what has to be told again."""

import json
import os
from datetime import UTC, datetime

import pytest

from tests.integration.common.databases import administrator
from tests.support.terminal import wellspring
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.places import ROOT
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.nats.connection import connected
from wellspring_common.events.links import LinksDied
from wellspring_common.outbox import Outbox

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
DIED = LinksDied(episode_id=1, links=(), reason="not_found", checked_at=NOW)


async def topology_verb(*words: str, **environ: str) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr."""
    return await wellspring("topology", *words, cwd=ROOT, env={**os.environ, "COLUMNS": "200", **environ})


async def test_what_was_tampered_with_is_told_and_mended(nats_server: Nats, topology: str) -> None:
    broker = {"WELLSPRING_NATS_URL": nats_server.url(), "WELLSPRING_NATS_PREFIX": topology}
    name = f"{topology.upper()}_EVENTS"
    assert (await topology_verb("diff", **broker))[:2] == (0, "· the topology is as declared\n")
    async with connected(nats_server.url(), "test") as connection:
        streams = connection.client.jetstream()
        await streams.delete_consumer(name, "refresher")
        config = (await streams.stream_info(name)).config
        config.max_bytes = 1000
        await streams.update_stream(config)
    code, said, _ = await topology_verb("diff", **broker)
    assert code == 1
    assert f"missing  consumer {name}/refresher" in said
    assert "max_bytes: declared 201326592, the server has 1000" in said
    assert "mend with: ./wellspring topology apply" in said
    code, said, _ = await topology_verb("diff", "--json", **broker)
    assert code == 1
    assert {(each["state"], each["name"]) for each in json.loads(said)} == {
        ("differs", name),
        ("missing", f"{name}/refresher"),
    }
    code, said, _ = await topology_verb("apply", "--json", **broker)
    assert code == 0
    assert f"made consumer {name}/refresher" in json.loads(said)
    assert (await topology_verb("diff", "--json", **broker))[:2] == (0, "[]\n")


async def test_what_is_stuck_is_shown_with_its_reason_and_tried_again(database: FreshDatabase) -> None:
    environ = {"WELLSPRING_DATABASE_URL": database.admin_url}
    assert (await topology_verb("stuck", **environ))[:2] == (0, "· nothing is stuck\n")
    async with administrator(database) as admin:
        await admin.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
        await Outbox("links").add(admin, DIED, now=NOW)
        await admin.execute("update links.outbox set state = 'stuck', last_error = 'It is too large.'")
        code, said, complained = await topology_verb("stuck", **environ)
        assert code == 0
        assert "links.died" in said + complained
        assert "It is too large." in said + complained
        code, said, _ = await topology_verb("stuck", "--json", "--schema", "links", **environ)
        assert [(row["schema"], row["reason"]) for row in json.loads(said)] == [("links", "It is too large.")]
        code, said, _ = await topology_verb("stuck", "--retry", "--json", **environ)
        assert json.loads(said) == {"catalog": 0, "links": 1, "health": 0, "uploads": 0}
        assert await admin.fetchval("select state from links.outbox") == "new"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("republish", "--since", "yesterday"), "Write it as 90s, 30m, 2h or 3d."),
        (("republish", "--since", "99999999999999d"), "Write it as 90s, 30m, 2h or 3d."),
        (("stuck", "--schema", "nowhere"), "There is no outbox in 'nowhere'."),
    ],
)
async def test_a_slip_is_told_in_words(database: FreshDatabase, words: tuple[str, ...], told: str) -> None:
    code, _, complained = await topology_verb(*words, WELLSPRING_DATABASE_URL=database.admin_url)
    assert code == 1
    assert told in complained
    assert "Traceback" not in complained


async def test_sizes_that_are_none_are_told_in_words() -> None:
    code, _, complained = await topology_verb("nats-conf", WELLSPRING_NATS_EVENTS_MIB="many")
    assert code == 1
    assert "WELLSPRING_NATS_EVENTS_MIB" in complained
    assert "Traceback" not in complained


async def test_the_containers_configuration_grows_with_the_sizes() -> None:
    code, said, _ = await topology_verb("nats-conf", WELLSPRING_NATS_EVENTS_MIB="4096")
    assert code == 0
    assert 4096 * 1024**2 < int(said.partition('"max_file": ')[2].partition(",")[0]) < 8192 * 1024**2
