"""The documents of the events: valid, whole, and true of what the code says."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from deploy.events.asyncapi import asyncapi
from deploy.events.schemas import headers_schema, payload_schemas
from deploy.events.tables import tables
from deploy.events.vocabulary import Word, covers, vocabulary
from deploy.events.words import described
from jsonschema import Draft7Validator, Draft202012Validator

from tests.unit.common.event_samples import JOB, NOW, SAMPLES
from wellspring_common.events.envelope import MESSAGE_ID, Envelope, Event
from wellspring_common.events.topology import CONSUMERS

OFFICIAL = Path(__file__).parents[2] / "fixtures" / "asyncapi" / "3.0.0.json"
WORDS = vocabulary()
BY_KIND = {word.kind: word for word in WORDS}


@pytest.fixture(scope="module")
def document() -> Any:
    return yaml.safe_load(asyncapi())


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    return Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))


def problems(official: Draft7Validator, document: Any) -> list[str]:
    return [f"{list(error.path)}: {error.message[:200]}" for error in official.iter_errors(document)]


def test_the_document_is_asyncapi_by_the_official_schema(official: Draft7Validator, document: Any) -> None:
    assert problems(official, document) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.update(asyncapi="3.9"),
        lambda document: document["operations"]["gateway_hears_CatalogCrawled"].update(action="hear"),
        lambda document: document["operations"]["gateway_hears_CatalogCrawled"]["bindings"]["nats"].update(
            queue="q" * 256
        ),
        lambda document: document["channels"]["LinksDied"].update(adress="links.died"),
    ],
    ids=["version", "action", "binding", "misspelt"],
)
def test_a_spoilt_document_is_found_out(official: Draft7Validator, document: Any, spoil: Any) -> None:
    spoilt = copy.deepcopy(document)
    spoil(spoilt)
    assert problems(official, spoilt) != []


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    if isinstance(value, list):
        for each in value:
            yield from references(each)


def test_every_reference_leads_somewhere(document: Any) -> None:
    for reference in references(document):
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found, reference


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_every_event_has_its_channel_and_its_schema_takes_it(event: Event, document: Any) -> None:
    word = BY_KIND[type(event)]
    values = event.model_dump(mode="json")
    address = document["channels"][word.name]["address"].format_map(values | {"prefix": "ws"})
    assert address == f"ws.{event.routing()}"
    schema = {"$ref": f"#/components/schemas/{type(event).__name__}", "components": document["components"]}
    assert list(Draft202012Validator(schema).iter_errors(json.loads(event.model_dump_json()))) == []


def test_the_headers_we_send_are_the_headers_described() -> None:
    envelope = Envelope(
        event_id=JOB,
        emitted_at=NOW,
        correlation_id=JOB,
        cause_id=JOB,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        schema_name="links.died/1",
    )
    sent = envelope.headers() | {MESSAGE_ID: str(JOB)}
    assert set(sent) == set(headers_schema()["properties"])
    assert list(Draft202012Validator(headers_schema()).iter_errors(sent)) == []


def test_everything_stored_has_somebody_who_says_it() -> None:
    assert [word.schema for word in WORDS if not word.said_by] == []


def test_every_consumer_hears_what_it_filters(document: Any) -> None:
    for consumer in CONSUMERS:
        heard = [word for word in WORDS if consumer in word.consumers]
        assert {word.kind.subject for word in heard} == {
            word.kind.subject
            for word in WORDS
            for each in consumer.filters
            if f"{each}.".startswith(f"{word.kind.subject}.")
        }
        for word in heard:
            assert f"{consumer.name}_hears_{word.name}" in document["operations"]


def test_every_field_has_a_meaning_and_no_meaning_is_left_over() -> None:
    schemas = payload_schemas(word.kind for word in WORDS)
    named = {field for schema in schemas.values() for field in schema.get("properties", ())}
    whole = {
        f"{owner}.{field}" for owner, schema in schemas.items() for field in schema.get("properties", ())
    }
    assert described() <= named | whole


def test_the_page_for_people_has_a_row_for_every_version() -> None:
    page = tables()

    def row(word: Word) -> str:
        subject = ".".join([word.kind.subject, *(f"<{name}>" for name in word.tail)])
        return f"| `{subject}` | {word.kind.version} |"

    assert [word.schema for word in WORDS if row(word) not in page] == []


@pytest.mark.parametrize(
    ("pattern", "subject", "does"),
    [
        (">", "links.died", True),
        ("live.>", "live.host.quiet", True),
        ("live.host.>", "live.hostile", False),
        ("links.died", "links.died", True),
        ("links.died", "links.died.again", False),
        ("scrape.requested.>", "scrape.requested", True),
    ],
)
def test_a_pattern_covers_what_is_under_it(pattern: str, subject: str, *, does: bool) -> None:
    assert covers(pattern, subject) is does
