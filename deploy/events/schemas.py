"""JSON Schemas of what the events say, shared between both documents."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from wellspring_common.events.envelope import (
    CAUSE_ID,
    CORRELATION_ID,
    EMITTED_AT,
    EVENT_ID,
    MESSAGE_ID,
    SCHEMA,
    TRACEPARENT,
    Event,
)

from .words import meaning

REFERENCE = "#/components/schemas/"
HEADERS: Mapping[str, Mapping[str, Any]] = {
    EVENT_ID: {
        "type": "string",
        "format": "uuid",
        "description": "The event, however often it arrives. Who stores an effect stores this beside it.",
    },
    CORRELATION_ID: {
        "type": "string",
        "format": "uuid",
        "description": "The event with which it all began: the same in everything that follows from it.",
    },
    EMITTED_AT: {"type": "string", "format": "date-time", "description": "When it was said."},
    SCHEMA: {
        "type": "string",
        "description": "Name and version, as in `links.died/1`: readers decode by it, never by the subject.",
    },
    MESSAGE_ID: {
        "type": "string",
        "description": "What the broker keeps repetitions out by, for ten minutes: the event id, or "
        "`<event id>#r<n>.<consumer>` for a dead letter that is tried again.",
    },
    CAUSE_ID: {"type": "string", "format": "uuid", "description": "The event that this one follows from."},
    TRACEPARENT: {
        "type": "string",
        "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        "description": "W3C Trace Context: the second part is the `trace_id` of the log lines.",
    },
}
OPTIONAL_HEADERS = frozenset({CAUSE_ID, TRACEPARENT})


def payload_schemas(kinds: Iterable[type[Event]]) -> dict[str, dict[str, Any]]:
    """Return the schema of every event and every part of one, by class name.

    They are a reader's: a field that is not known is no error, as a newer sender may have added it.
    """
    _, document = models_json_schema(
        [(kind, "validation") for kind in kinds], ref_template=REFERENCE + "{model}"
    )
    return {name: _readable(name, schema) for name, schema in sorted(document["$defs"].items())}


def _readable(owner: str, schema: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in schema.items() if key != "additionalProperties"}
    if "properties" in plain:
        plain["properties"] = {
            name: {
                **{key: value for key, value in field.items() if key != "title"},
                "description": meaning(owner, name),
            }
            for name, field in plain["properties"].items()
        }
    return plain


def headers_schema() -> dict[str, Any]:
    """Return the schema of the headers of every stored event."""
    return {
        "type": "object",
        "required": [name for name in HEADERS if name not in OPTIONAL_HEADERS],
        "properties": {name: dict(schema) for name, schema in HEADERS.items()},
    }
