"""The worked example of docs/definitions.md, run word for word, and its reference beside the words."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from wellspring_scraper.sites.catalog_part import EPISODE_FIELDS, SOURCE_FIELDS, TITLE_FIELDS
from wellspring_scraper.sites.definition import Definition, Fixture
from wellspring_scraper.sites.filters import FILTERS
from wellspring_scraper.sites.fixtures import differences
from wellspring_scraper.sites.loader import DefinitionError, load_definition
from wellspring_scraper.sites.schema import schema_text

DOCUMENT = (Path(__file__).parents[4] / "docs" / "definitions.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) (.+)\n((?:.*\n)*?)```$", DOCUMENT, re.MULTILINE)
YAML = "".join(body for kind, name, body in BLOCKS if (kind, name) == ("yaml", "kites.yaml"))
PAGES = {name: body for kind, name, body in BLOCKS if kind == "html"}
RESULTS = [(name.split(), json.loads(body)) for kind, name, body in BLOCKS if kind == "json"]


def example() -> Definition:
    return load_definition(YAML, "kites.yaml")


def pages_of(what: str) -> dict[str, str]:
    wanted = {"source": ("/watch/7", "/go/71"), "list": ("/all",), "title": ("/title/the-paper-boat",)}
    return {url: body for url, body in PAGES.items() if url.endswith(wanted[what])}


@pytest.mark.parametrize(("asked", "expected"), RESULTS, ids=lambda one: str(one[0])[:12])
def test_what_the_document_says_comes_of_its_example_does(asked: list[str], expected: list[Any]) -> None:
    what, address, *more = asked
    given = {"source": {"source": address}, "list": {"list": more[0] if more else ""}}
    given["title"] = {"title": more[0] if more else ""}
    fixture = {
        "name": what,
        "base_url": address if what != "source" else "https://site.example",
        "pages": pages_of(what),
        "expected": expected,
        **given[what],
    }
    assert differences(example(), Fixture.model_validate(fixture)) == ()


def test_the_document_shows_a_source_a_list_and_a_title() -> None:
    assert [asked[0] for asked, _ in RESULTS] == ["source", "list", "title"]
    assert len(PAGES) == 4


def test_the_mistake_that_the_document_shows_is_told_as_it_says() -> None:
    right, told = next((name, body.strip()) for kind, name, body in BLOCKS if kind == "text")
    with pytest.raises(DefinitionError) as raised:
        load_definition(YAML.replace(right, right.replace("selector", "selektor"), 1), "kites.yaml")
    assert told in [str(one) for one in raised.value.mistakes]


def test_the_fixture_that_the_document_shows_holds() -> None:
    blocks = re.findall(r"^```yaml\n(fixtures:(?:.*\n)*?)```$", DOCUMENT, re.MULTILINE)
    one = load_definition(YAML + blocks[0], "kites.yaml")
    assert [differences(one, fixture) for fixture in one.fixtures] == [()]


def test_the_steps_that_the_document_shows_are_steps() -> None:
    steps = next(iter(re.findall(r"^```yaml\n(steps:(?:.*\n)*?)```$", DOCUMENT, re.MULTILINE)))
    inner = "".join(f"      {line}\n" for line in steps.splitlines())
    text = (
        "id: a\nname: A\nresolve:\n  steps:\n    - {name: page, request: '{{ .Source.Url }}', fields: "
        "{nonce_action: a, id: '1'}}\n  servers:\n    - key: one\n"
        + inner
        + "      url: '{{ .Result.frame }}'\n"
    )
    resolve = load_definition(text, "a.yaml").resolving()
    assert [step.name for step in resolve.servers[0].steps] == ["nonce", "player"]


def test_the_reference_has_every_word() -> None:
    schema = json.loads(schema_text())
    words = set(schema["properties"])
    for part in schema["$defs"].values():
        words |= set(part.get("properties", {})) | set(part.get("enum", []))
    words -= {"n", "args", *("mp4", "mkv", "webm", "hls", "dash", "other", "direct")}
    words |= set(FILTERS) | TITLE_FIELDS | EPISODE_FIELDS | SOURCE_FIELDS
    written = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", DOCUMENT))))
    assert sorted(words - written) == []
