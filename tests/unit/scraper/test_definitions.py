import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from wellspring_common.errors import Permanent
from wellspring_scraper.adapters.definition_files import DefinitionFiles, shipped_definitions, shipped_names
from wellspring_scraper.sites.definition import Definition
from wellspring_scraper.sites.loader import DefinitionError, load_definition
from wellspring_scraper.sites.schema import schema_text

ROOT = Path(__file__).parents[3]

GOOD = """\
id: small
name: Small
resolve:
  steps:
    - name: page
      request: "{{ .Source.Url }}"
      fields:
        title: {selector: h1}
        slug: {text: "{{ .Result.title }}", filters: [{name: tolower}]}
  rows:
    selector: a
    fields:
      label: {}
  servers:
    - key: one
      match: {label: one}
      url: "{{ .Page.Url }}"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as raised:
        load_definition(text, "small.yaml")
    return [str(one) for one in raised.value.mistakes]


def test_a_good_file_becomes_a_definition() -> None:
    definition = load_definition(GOOD, "small.yaml")
    resolve = definition.resolving()
    assert (definition.id, len(resolve.steps), resolve.servers[0].key) == ("small", 1, "one")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: small\n", "", "small.yaml:1: id: expected this field, which is missing"),
        ("id: small", "id: Small Id", "small.yaml:1: id: expected string should match pattern"),
        ("name: Small", "nmae: Small", "small.yaml:2: nmae: expected no such word here"),
        (
            "{selector: h1}",
            "{selector: 'h1['}",
            "small.yaml:8: resolve.steps.0.fields.title.selector: expected a CSS",
        ),
        (
            "{selector: h1}",
            "{selektor: h1}",
            "small.yaml:8: resolve.steps.0.fields.title.selektor: expected no such",
        ),
        (
            "tolower",
            "lower",
            "small.yaml:9: resolve.steps.0.fields.slug.filters.0: expected one of the filters",
        ),
        (
            "{name: tolower}",
            "{name: split}",
            "small.yaml:9: resolve.steps.0.fields.slug.filters.0: expected 2 argument",
        ),
        (
            "{name: tolower}",
            "{name: regexp, args: '(?=a)'}",
            "small.yaml:9: resolve.steps.0.fields.slug.filters.0: expected a regular expression in RE2",
        ),
        (
            ".Result.title }}",
            ".Result.titel }}",
            "small.yaml:9: resolve.steps.0.fields.slug.text: expected names that an earlier field gives",
        ),
        (".Source.Url", "Source.Url", "small.yaml:6: resolve.steps.0.request.url: expected a template of"),
        (
            "{{ .Source.Url }}",
            "{{ .Source.Url",
            "small.yaml:6: resolve.steps.0.request.url: expected a template whose",
        ),
        (
            "match: {label: one}",
            "match: {lable: one}",
            "small.yaml:16: resolve.servers.0.match.lable: expected",
        ),
        (
            "match: {label: one}",
            "match: {label: '('}",
            "small.yaml:16: resolve.servers.0.match.label: expected a reg",
        ),
        ("- key: one", "- key: ONE", "small.yaml:15: resolve.servers.0.key: expected string should match"),
        (
            "      fields:\n        title",
            "      renew_from: nowhere\n      fields:\n        title",
            "small.yaml:7: resolve.steps.0.renew_from: expected this step or one before it",
        ),
        ("name: Small", "name: Small\nname: Again", "small.yaml:3: name: expected every name once"),
        ("name: Small", "name: [Small", "expected YAML"),
        ("name: Small", "name: &a Small\ndescription: *a", "small.yaml:3: expected no aliases"),
        ("name: Small", "name: !!python/object:os.system x", "expected YAML"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_was_expected(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = mistakes(GOOD.replace(old, new, 1))
    assert any(expected in one for one in found), found


@pytest.mark.parametrize(
    "text", ["", "- a", "just text", "[" * 5000, "a: " * 30, "\x00", "{" * 400 + "}" * 400, "a: 2026-99-99"]
)
def test_what_is_no_definition_at_all_is_a_named_mistake(text: str) -> None:
    assert mistakes(text)


def test_several_mistakes_are_told_at_once() -> None:
    found = mistakes(GOOD.replace("selector: h1", "selector: 'h1['").replace("key: one", "key: ONE"))
    assert len(found) == 2


@given(
    st.text(max_size=300)
    | st.builds(
        lambda cut, junk: GOOD[:cut] + junk + GOOD[cut:], st.integers(0, len(GOOD)), st.text(max_size=20)
    )
)
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_makes_the_loader_fail_without_a_name(text: str) -> None:
    try:
        assert isinstance(load_definition(text, "f.yaml"), Definition)
    except DefinitionError as error:
        assert error.mistakes  # noqa: PT017


def test_an_operators_file_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    files = DefinitionFiles(tmp_path)
    assert files.find("vcloud").name == "vCloud-shaped pages"
    (tmp_path / "mine.yaml").write_text(GOOD.replace("id: small", "id: vcloud"))
    assert files.find("vcloud").name == "Small"
    (tmp_path / "mine.yaml").unlink()
    assert files.find("vcloud").name == "vCloud-shaped pages"


def test_a_file_that_breaks_leaves_the_definition_before_it_in_use(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD)
    files = DefinitionFiles(tmp_path)
    assert files.find("small").name == "Small"
    path.write_text("id: [broken and longer than before, that the size may tell")
    assert files.find("small").name == "Small"
    path.write_text(GOOD.replace("name: Small", "name: Mended"))
    assert files.find("small").name == "Mended"


def test_a_definition_that_is_not_there_has_a_code(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a definition")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    for files in (DefinitionFiles(tmp_path), DefinitionFiles(tmp_path / "missing"), DefinitionFiles()):
        with pytest.raises(Permanent) as raised:
            files.find("nobody")
        assert raised.value.code == "unknown_definition"


def test_the_published_schema_is_the_one_in_use() -> None:
    published = (ROOT / "docs" / "definition.schema.json").read_text()
    again = "python -m wellspring_scraper.sites.schema docs/definition.schema.json"
    assert json.loads(published) == json.loads(schema_text()), f"run {again}"


def test_a_shipped_definition_is_named_as_its_file() -> None:
    assert [one.id for one in shipped_definitions()] == list(shipped_names())
