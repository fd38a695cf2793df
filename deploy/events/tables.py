"""Makes docs/events.md out of the event models, the topology and the permissions."""

import inspect
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from wellspring_common.events.specs import DAY_S, Retention, StreamSpec
from wellspring_common.events.topology import CONSUMERS, STREAMS

from .schemas import HEADERS, OPTIONAL_HEADERS, REFERENCE, payload_schemas
from .vocabulary import PACKAGE, Word, vocabulary

_HERE = Path(__file__).parent
_SETTINGS = (
    "`WELLSPRING_NATS_EVENTS_DAYS`, `WELLSPRING_NATS_EVENTS_MIB`, `WELLSPRING_NATS_COMMANDS_MIB` and "
    "`WELLSPRING_NATS_PLAYBACK_MIB`\nset others, the same for every service and for "
    "`./wellspring topology apply`."
)


def tables() -> str:
    """Return the whole document."""
    words = vocabulary()
    schemas = payload_schemas(word.kind for word in words)
    parts = [(_HERE / "head.md").read_text(encoding="utf-8"), _streams()]
    for family, members in groupby(words, key=lambda word: word.family):
        parts.append("".join(_family(family, list(members), schemas)))
    parts += [_headers(), _consumers(), (_HERE / "rules.md").read_text(encoding="utf-8")]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _streams() -> str:
    rows = [
        f"| {each.name} | {_subjects(each)} | {_kept(each)} | {each.max_bytes >> 20} MiB |"
        for each in STREAMS
    ]
    table = _heading("stream", "subjects", "how long kept", "at most") + "\n".join(rows)
    return f"## Streams\n\n{table}\n\n{_SETTINGS}"


def _subjects(stream: StreamSpec) -> str:
    return ", ".join(f"`{subject}`" for subject in stream.subjects)


def _kept(stream: StreamSpec) -> str:
    days = f"{stream.max_age_s // DAY_S} days"
    if stream.retention is Retention.WORK_QUEUE:
        return f"until it is handled, {days} at most"
    return f"{days}, then the oldest go" if stream.discard_old else f"{days}; a full stream refuses new ones"


def _family(family: str, words: Sequence[Word], schemas: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {family.capitalize()}\n\n{inspect.getdoc(sys.modules[PACKAGE + family])}\n\n"
    yield _heading("subject", "version", "may say", "handles", "may listen", "stream", "means")
    for word in words:
        subject = ".".join([word.kind.subject, *(f"<{name}>" for name in word.tail)])
        handles = ", ".join(f"{each.service} (`{each.name}`)" for each in word.consumers)
        yield (
            f"| `{subject}` | {word.kind.version} | {', '.join(word.said_by)} | {handles or '-'} "
            f"| {', '.join(word.listeners)} | {word.stream.name if word.stream else 'never stored'} "
            f"| {_sentence(word.kind.__doc__)} |\n"
        )
    parts: dict[str, None] = {}
    for word in words:
        parts |= _reachable(word.kind.__name__, schemas)
    for name in [
        *(word.kind.__name__ for word in words),
        *sorted(set(parts) - {w.kind.__name__ for w in words}),
    ]:
        if "properties" in schemas[name]:
            yield from _fields(name, schemas, next((w.schema for w in words if w.kind.__name__ == name), ""))


def _reachable(name: str, schemas: Mapping[str, Any]) -> dict[str, None]:
    found: dict[str, None] = {name: None}
    waiting = [name]
    while waiting:
        for other in _references(schemas[waiting.pop()]):
            if other not in found:
                found[other] = None
                waiting.append(other)
    return found


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix(REFERENCE)
        for value in schema.values():
            yield from _references(value)
    if isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _fields(name: str, schemas: Mapping[str, Any], event: str) -> Iterator[str]:
    schema = schemas[name]
    yield f"\n### {name}" + (f" (`{event}`)" if event else "") + "\n\n"
    yield f"{_sentence(schema.get('description'))}\n\n"
    yield _heading("field", "type", "without it", "means")
    required = schema.get("required", ())
    for field, its in schema["properties"].items():
        default = "refused" if field in required else f"`{_default(its.get('default'))}`"
        yield f"| `{field}` | {_type(its, schemas)} | {default} | {its['description']} |\n"


def _default(value: Any) -> str:
    return json.dumps(value)


_FORMATS = {"date-time": "time (ISO 8601, UTC)", "date": "day", "uuid": "UUID", "base64": "base64"}
_TYPES = {
    "string": "text",
    "integer": "whole number",
    "boolean": "yes or no",
    "object": "map of text to text",
}


def _type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(REFERENCE)
        return name if "properties" in schemas[name] else _type(schemas[name], schemas)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(each, schemas) for each in schema["anyOf"]))
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "array":
        return f"list of {_type(schema['items'], schemas)}"
    plain = "decimal as text" if "pattern" in schema else _TYPES.get(schema["type"], schema["type"])
    return _FORMATS.get(schema.get("format", ""), plain)


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())


def _heading(*names: str) -> str:
    return f"| {' | '.join(names)} |\n{'|---' * len(names)}|\n"


def _headers() -> str:
    about = "## Headers\n\nOf stored events. What is never stored has none.\n\n"
    rows = (
        f"| `{name}` | {'may be absent' if name in OPTIONAL_HEADERS else 'always'} "
        f"| {schema['description']} |\n"
        for name, schema in HEADERS.items()
    )
    return about + _heading("header", "there", "means") + "".join(rows)


def _consumers() -> str:
    about = (
        "## Consumers\n\nDurable, pulled, acknowledged one by one, brought again without limit. A dead "
        "letter that is tried again comes under the subject in the last column.\n\n"
    )
    rows = (
        f"| `{each.name}` | {each.service} | {each.stream} | {each.ack_wait_s} s | {each.working} "
        f"| `{each.replay}` |\n"
        for each in CONSUMERS
    )
    heading = _heading("consumer", "service", "stream", "brought again after", "at once", "replay")
    return about + heading + "".join(rows)
