"""Whether a schema of today keeps what a published version promised to its readers and senders."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

ADVICE = "Leave this version as it was published, and declare a new one beside it (docs/events.md, Versions)."
_LIMITS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "minLength", "maxLength")
_SHAPES = ("type", "format", "pattern", "const", "minItems", "maxItems", *_LIMITS)


def leniently(schema: Any) -> Any:
    """Return the schema as a reader uses it: what it does not know is no error."""
    if isinstance(schema, dict):
        kept = {
            key: value for key, value in schema.items() if (key, value) != ("additionalProperties", False)
        }
        return {key: leniently(value) for key, value in kept.items()}
    return [leniently(each) for each in schema] if isinstance(schema, list) else schema


def refusals(published: Any, document: Any) -> list[str]:
    """Return why a reader with the published schema would refuse a document."""
    found = Draft202012Validator(leniently(published)).iter_errors(document)
    return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in found]


def breaks(published: Mapping[str, Any], today: Mapping[str, Any]) -> list[str]:
    """Return what of today's schema breaks yesterday's readers, or what yesterday's senders said.

    Our senders write every field, so that a required field may get a default.
    """
    return sorted(set(_Comparison(published, today).between(published, today, "")))


class _Comparison:
    def __init__(self, published: Mapping[str, Any], today: Mapping[str, Any]) -> None:
        self._published = published
        self._today = today

    def between(self, old: Any, new: Any, at: str) -> Iterator[str]:
        here = at or "the event"
        old, new = _followed(old, self._published), _followed(new, self._today)
        before, after = old.get("anyOf", ()), new.get("anyOf", ())
        if len(before) != len(after):
            yield f"{here}: takes {len(after) or 1} kinds of value, took {len(before) or 1}"
            return
        for was, now in zip(before, after, strict=True):
            yield from self.between(was, now, at)
        for key in _SHAPES:
            if old.get(key) != new.get(key):
                yield f"{here}: {key} was {old.get(key)}, is {new.get(key)}"
        yield from _values(old.get("enum"), new.get("enum"), here)
        for part in ("items", "additionalProperties"):
            if isinstance(old.get(part), dict) and isinstance(new.get(part), dict):
                yield from self.between(old[part], new[part], f"{at}[]")
        yield from self._fields(old, new, at)

    def _fields(self, old: Any, new: Any, at: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, was in before.items():
            if name not in after:
                yield f"{at}.{name}: removed or renamed"
                continue
            yield from self.between(was, after[name], f"{at}.{name}")
            if "default" in was and was["default"] != after[name].get("default", was["default"]):
                yield f"{at}.{name}: another default, so what was said without it means something else"
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield f"{at}.{name}: newly required, and published documents lack it"


def _values(before: list[Any] | None, after: list[Any] | None, here: str) -> Iterator[str]:
    if (before is None) != (after is None):
        yield f"{here}: has a list of values only before or after"
    for value in sorted(set(after or ()) - set(before or ())):
        yield f"{here}: value {value!r} added, and an old reader refuses it"
    for value in sorted(set(before or ()) - set(after or ())):
        yield f"{here}: value {value!r} removed, and a stream may hold it"


def _followed(schema: Any, whole: Mapping[str, Any]) -> Any:
    reference = schema.get("$ref")
    return whole["$defs"][reference.removeprefix("#/$defs/")] if reference else schema
