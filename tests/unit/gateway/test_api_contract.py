"""The API as a contract: every answer has a shape that a program can rely on."""

from collections.abc import Iterator
from typing import Any

import pytest
from deploy.api.description import described

DOCUMENT = described()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
# Their shapes are those of the founding documents, several an address: contract tests quote them.
FOREIGN = ("/get_link", "/scrape", "/admin/add_episode", "/admin/bulk_import", "/api/search", "/api/scrape")
FOREIGN_FOLDERS = ("/api/streaming/", "/api/upload/")
OF_ANY_SHAPE = {
    "AuditEntry.detail",
    "ProblemDocument",
    "Target.settings",
    "TargetForm.settings",
    "TargetTest.limits",
}
"""What each action says of itself, the members that a problem may have, and what platforms differ in."""


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def answers() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, verbs in DOCUMENT["paths"].items():
        if path in FOREIGN or path.startswith(FOREIGN_FOLDERS):
            continue
        for verb, operation in verbs.items():
            for status, answer in operation["responses"].items():
                shape = answer.get("content", {}).get("application/json")
                if status.startswith("2") and shape is not None:
                    yield f"{verb.upper()} {path} {status}", shape["schema"]


ANSWERS = dict(answers())


def test_there_are_answers_to_look_at() -> None:
    assert len(ANSWERS) > 50
    assert {"GET /api/v1/trash 200", "POST /api/v1/clean 201", "POST /api/v1/tokens 201"} <= set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_names_its_properties(name: str) -> None:
    shape = resolved(ANSWERS[name])
    for each in shape.get("anyOf", [shape]):
        assert resolved(each).get("properties"), f"{name} is an object of no known shape"


def test_no_document_is_open_to_anything_where_its_shape_is_known() -> None:
    found = {name for name, schema in SCHEMAS.items() if schema.get("additionalProperties") is True}
    for name, schema in SCHEMAS.items():
        for field, of in schema.get("properties", {}).items():
            if any(each.get("additionalProperties") is True for each in (of, of.get("items", {}))):
                found.add(f"{name}.{field}")
    assert found == OF_ANY_SHAPE


def test_every_body_that_is_taken_has_a_shape() -> None:
    for path, verbs in DOCUMENT["paths"].items():
        for verb, operation in verbs.items():
            for kind, body in operation.get("requestBody", {}).get("content", {}).items():
                choices = resolved(body["schema"]).get("anyOf", [body["schema"]])
                shapes = [resolved(each) for each in choices if each.get("type") != "null"]
                assert all(shape.get("properties") for shape in shapes), f"{verb} {path} {kind}"


def test_no_name_of_a_document_tells_where_it_is_written() -> None:
    assert not [name for name in SCHEMAS if "__" in name]
