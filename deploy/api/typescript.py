"""Writes the types of the API for our own pages' scripts, out of the gateway's description of itself."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .description import described

HEAD = """\
// Generated from the API's description by `python -m deploy.generate`: change the gateway, not this file.
"""
ROOT = "/api/v1/"
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def types() -> str:
    """Return the module: an interface for each document, and one entry for each operation."""
    document = described()
    schemas = document["components"]["schemas"]
    documents = [f"export {_document(name, schemas[name])}" for name in sorted(schemas)]
    operations = "\n".join(_operations(document["paths"]))
    return "\n\n".join([HEAD.strip(), *documents, f"export interface Api {{\n{operations}\n}}"]) + "\n"


def _document(name: str, schema: Mapping[str, Any]) -> str:
    if "properties" not in schema:
        return f"type {name} = {_type(schema)};"
    return f"interface {name} {{\n{_members(schema, '  ')}\n}}"


def _members(schema: Mapping[str, Any], indent: str) -> str:
    needed = set(schema.get("required", []))
    lines = []
    for name, of in schema["properties"].items():
        key = name if _NAME.fullmatch(name) else json.dumps(name)
        lines.append(f"{indent}{key}{'' if name in needed else '?'}: {_type(of)};")
    return "\n".join(lines)


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return " | ".join(json.dumps(value) for value in values)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(_type(each) for each in schema[several]))
    if schema.get("type") == "array":
        inner = _type(schema.get("items", {}))
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if schema.get("type") == "object":
        return _object(schema)
    return _PLAIN.get(str(schema.get("type")), "unknown")


def _object(schema: Mapping[str, Any]) -> str:
    if "properties" in schema:
        inside = " ".join(_members(schema, "").splitlines())
        return f"{{ {inside} }}"
    values = schema.get("additionalProperties", True)
    return f"Record<string, {_type(values) if isinstance(values, Mapping) else 'unknown'}>"


def _operations(paths: Mapping[str, Any]) -> Iterator[str]:
    for path in sorted(paths):
        for verb, operation in sorted(paths[path].items()):
            if path.startswith(ROOT):
                yield from _operation(f"{verb.upper()} {path}", operation)


def _operation(name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"  /** {operation['operationId']}: {operation['summary']} */"
    yield f"  {json.dumps(name)}: {{"
    for place in ("path", "query"):
        held = [each for each in operation.get("parameters", []) if each["in"] == place]
        if held:
            needed = any(each.get("required") for each in held)
            inside = " ".join(f"{_key(each)}: {_type(each['schema'])};" for each in held)
            yield f"    {place}{'' if needed else '?'}: {{ {inside} }};"
    if (body := operation.get("requestBody")) is not None:
        schema = body["content"]["application/json"]["schema"]
        yield f"    body{'' if body.get('required') else '?'}: {_type(schema)};"
    yield f"    answer: {_answer(operation['responses'])};"
    yield "  };"


def _key(parameter: Mapping[str, Any]) -> str:
    return f"{parameter['name']}{'' if parameter.get('required') else '?'}"


def _answer(responses: Mapping[str, Any]) -> str:
    found = [
        _type(answer["content"]["application/json"].get("schema", {}))
        for status, answer in sorted(responses.items())
        if status < "300" and "application/json" in answer.get("content", {})
    ]
    return " | ".join(dict.fromkeys(found)) or "null"
