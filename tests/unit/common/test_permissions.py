"""Who may say what: the table of NATS users, asked as the server would ask it."""

import pytest

from tests.support.permissions import SERVICES, WRITERS
from wellspring_common.events.permissions import Permissions, nats_permissions
from wellspring_common.events.specs import ConsumerSpec
from wellspring_common.events.topology import CONSUMERS, STREAMS


def covers(pattern: str, subject: str) -> bool:
    """Return whether a NATS subject pattern covers a subject."""
    wanted, given = pattern.split("."), subject.split(".")
    for index, token in enumerate(wanted):
        if token == ">":
            return len(given) > index
        if index >= len(given) or token not in {"*", given[index]}:
            return False
    return len(wanted) == len(given)


def may_publish(held: Permissions, subject: str) -> bool:
    return any(covers(pattern, subject) for pattern in held.publish)


def may_hear(held: Permissions, subject: str) -> bool:
    return any(covers(pattern, subject) for pattern in held.subscribe)


@pytest.mark.parametrize(("subject", "writers"), WRITERS.items())
def test_a_subject_has_its_writers_and_no_others(subject: str, writers: set[str]) -> None:
    users = nats_permissions("ws")
    assert {service for service in SERVICES if may_publish(users[service], f"ws.{subject}")} == writers


def test_every_stored_subject_is_in_this_table() -> None:
    declared = {subject for stream in STREAMS for subject in stream.subjects if not subject.startswith("$")}
    for pattern in declared:
        assert any(covers(pattern, subject) for subject in WRITERS), pattern


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_bound_to_its_prefix(service: str) -> None:
    held = nats_permissions("ws")[service]
    assert not any(may_publish(held, f"other.{subject}") for subject in WRITERS)
    assert not may_hear(held, "other.links.updated")


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda each: each.name)
def test_only_its_service_takes_from_a_consumer(consumer: ConsumerSpec) -> None:
    users = nats_permissions("ws")
    subject = f"$JS.API.CONSUMER.MSG.NEXT.WS_{consumer.stream}.{consumer.name}"
    ack = f"$JS.ACK.WS_{consumer.stream}.{consumer.name}.1.2.3.4.0"
    for asked in (subject, ack):
        assert {name for name in SERVICES if may_publish(users[name], asked)} == {consumer.service}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "subject",
    [
        "$JS.API.STREAM.CREATE.WS_EVENTS",
        "$JS.API.STREAM.UPDATE.WS_EVENTS",
        "$JS.API.STREAM.DELETE.WS_EVENTS",
        "$JS.API.STREAM.PURGE.WS_COMMANDS",
        "$JS.API.STREAM.MSG.DELETE.WS_EVENTS",
        "$JS.API.STREAM.MSG.GET.WS_COMMANDS",
        "$JS.API.CONSUMER.CREATE.WS_EVENTS.spy",
        "$JS.API.CONSUMER.DURABLE.CREATE.WS_EVENTS.spy",
        "$JS.API.CONSUMER.DELETE.WS_COMMANDS.scraper_interactive",
        "$SYS.REQ.SERVER.PING",
        "_INBOX.someone.else",
    ],
)
def test_no_service_may_change_the_topology_or_answer_for_another(service: str, subject: str) -> None:
    assert not may_publish(nats_permissions("ws")[service], subject)


def test_only_the_gateway_writes_settings_and_everybody_reads_them() -> None:
    users = nats_permissions("ws")
    key = "$KV.WS_settings.tunables"
    assert {name for name in SERVICES if may_publish(users[name], key)} == {"gateway"}
    read = "$JS.API.DIRECT.GET.KV_WS_settings.$KV.WS_settings.tunables"
    assert all(may_publish(users[name], read) for name in SERVICES)
    assert all(may_hear(users[name], "ws.settings.changed") for name in SERVICES)


def test_only_the_scraper_may_take_its_lease() -> None:
    users = nats_permissions("ws")
    assert {name for name in SERVICES if may_publish(users[name], "$KV.WS_leases.scraper")} == {"scraper"}
    assert not may_publish(users["scraper"], "$KV.WS_leases.refresher")


def test_only_the_gateway_hears_everything() -> None:
    users = nats_permissions("ws")
    assert {name for name in SERVICES if may_hear(users[name], "ws.links.updated")} == {"gateway"}
    assert {name for name in SERVICES if may_hear(users[name], "ws.live.scrape.7")} == {"gateway"}


def test_the_administrator_may_do_everything() -> None:
    assert nats_permissions("ws")["admin"] == Permissions(publish=(">",), subscribe=(">",))
