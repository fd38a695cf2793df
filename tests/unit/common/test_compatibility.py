"""Yesterday's readers take today's events, and today's readers what was said yesterday."""

import json
import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError, create_model

from tests.support.compatibility import ADVICE, breaks, refusals
from tests.support.examples import examples
from tests.unit.common.event_samples import SAMPLES
from tests.unit.common.made_events import made
from tests.unit.common.test_events import GOLDEN, UPDATE, every_class
from wellspring_common.events.envelope import Event

DOCUMENTS = GOLDEN / "documents"
KINDS = sorted(every_class(), key=lambda kind: kind.__name__)
of_every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def file_name(kind: type[Event]) -> str:
    return f"{kind.subject}.v{kind.version}.json"


def published(kind: type[Event]) -> Any:
    return json.loads((GOLDEN / file_name(kind)).read_text(encoding="utf-8"))


def documents(kind: type[Event]) -> list[Any]:
    """Return what a published version sent. They are only ever added to."""
    file = DOCUMENTS / file_name(kind)
    if os.environ.get(UPDATE) == "1" and not file.exists():
        said = [sample.model_dump(mode="json") for sample in SAMPLES if type(sample) is kind]
        file.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    found: list[Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


@of_every_kind
def test_todays_model_keeps_what_its_version_promised(kind: type[Event]) -> None:
    assert breaks(published(kind), kind.model_json_schema()) == [], ADVICE


@of_every_kind
def test_todays_reader_takes_every_published_document_and_loses_nothing_of_it(kind: type[Event]) -> None:
    assert documents(kind)
    for document in documents(kind):
        read = kind.decode(json.dumps(document).encode()).model_dump(mode="json")
        assert missing_from(read, document) == [], ADVICE


@of_every_kind
def test_a_published_document_is_one_by_its_own_schema(kind: type[Event]) -> None:
    assert [refusals(published(kind), document) for document in documents(kind)] == [[]] * len(
        documents(kind)
    )


@of_every_kind
@settings(max_examples=examples(12), deadline=None, derandomize=True)
@given(data=st.data())
def test_yesterdays_reader_takes_whatever_today_says(kind: type[Event], data: st.DataObject) -> None:
    event: Event = data.draw(made(kind))
    said = event.model_dump_json().encode()
    assert refusals(published(kind), json.loads(said)) == [], ADVICE
    assert kind.decode(said) == event


@of_every_kind
@settings(max_examples=examples(12), deadline=None, derandomize=True)
@given(data=st.data())
def test_todays_reader_takes_what_was_said_before_a_field_was_added(
    kind: type[Event], data: st.DataObject
) -> None:
    event: Event = data.draw(made(kind))
    said = json.loads(event.model_dump_json())
    optional = [name for name, field in kind.model_fields.items() if not field.is_required()]
    for name in optional:
        said.pop(name)
    read = kind.decode(json.dumps(said).encode())
    for name in optional:
        assert getattr(read, name) == kind.model_fields[name].get_default(call_default_factory=True)


def missing_from(read: Any, said: Any, at: str = "") -> list[str]:
    """Return where something that was said is not in what was read."""
    if isinstance(said, dict):
        return [
            where
            for name, value in said.items()
            for where in (
                missing_from(read[name], value, f"{at}.{name}") if name in read else [f"{at}.{name}"]
            )
        ]
    if isinstance(said, list) and len(said) == len(read):
        return [where for a, b in zip(read, said, strict=True) for where in missing_from(a, b, f"{at}[]")]
    return [] if read == said else [at]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Redder(StrEnum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


class Part(BaseModel):
    name: str


class Renamed(BaseModel):
    title: str


BEFORE: Mapping[str, Any] = {
    "number": (int, ...),
    "colour": (Colour, ...),
    "parts": (tuple[Part, ...], ...),
    "note": (str | None, None),
    "kind": (Literal["a", "b"], "a"),
    "score": (float, Field(ge=0)),
}


def schema_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    model: Any = create_model("Told", **fields)
    return dict(model.model_json_schema())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": None}, ".number: removed or renamed"),
        ({"number": (str, ...)}, ".number: type was integer, is string"),
        ({"number": (int | None, None)}, ".number: takes 2 kinds of value, took 1"),
        ({"colour": (Redder, ...)}, ".colour: value 'green' added, and an old reader refuses it"),
        ({"kind": (Literal["a"], "a")}, ".kind: has a list of values only before or after"),
        ({"parts": (tuple[Renamed, ...], ...)}, ".parts[].name: removed or renamed"),
        ({"note": (str | None, ...)}, ".note: newly required, and published documents lack it"),
        ({"added": (int, ...)}, ".added: newly required, and published documents lack it"),
        ({"kind": (Literal["a", "b"], "b")}, ".kind: another default"),
        ({"score": (float, Field(ge=1))}, ".score: minimum was 0, is 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_break_is_found_and_named(change: Mapping[str, Any], said: str) -> None:
    after = {name: field for name, field in {**BEFORE, **change}.items() if field is not None}
    found = breaks(schema_of(BEFORE), schema_of(after))
    assert [line for line in found if line.startswith(said)], found


def test_an_addition_with_a_default_breaks_nothing() -> None:
    after = {**BEFORE, "added": (int, 0), "more": (tuple[Part, ...], ()), "number": (int, 0)}
    assert breaks(schema_of(BEFORE), schema_of(after)) == []


def test_an_old_reader_takes_an_unknown_field_but_no_unknown_value() -> None:
    told = {"number": 1, "colour": "red", "parts": [{"name": "x", "new": 1}], "score": 0.5}
    assert refusals(schema_of(BEFORE), told | {"new": {"deep": True}}) == []
    assert "green" in refusals(schema_of(BEFORE), told | {"colour": "green"})[0]
    assert "required" in refusals(schema_of(BEFORE), {"number": 1})[0]


def test_our_own_readers_refuse_an_unknown_value_too() -> None:
    kind = next(kind for kind in KINDS if kind.__name__ == "PlaybackFailed")
    said = documents(kind)[0] | {"reason": "gremlins"}
    with pytest.raises(ValidationError, match="gremlins"):
        kind.decode(json.dumps(said).encode())


def test_what_a_reader_drops_is_noticed() -> None:
    assert missing_from({"a": 1, "b": [{"c": 1}]}, {"a": 1, "b": [{"c": 1, "d": 2}]}) == [".b[].d"]


def test_no_document_of_an_unknown_version_is_left_over() -> None:
    assert {file.name for file in DOCUMENTS.glob("*.json")} == {file_name(kind) for kind in KINDS}
