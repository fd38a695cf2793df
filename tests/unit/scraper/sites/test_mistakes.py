import pytest

from wellspring_scraper.sites.loader import DefinitionError, load_definition

GOOD = """\
id: small
name: Small
links: [https://site.example]
ladder: [static, browser]
resolve:
  steps:
    - name: page
      request: {url: "{{ .Source.Url }}", method: post, json: {a: "{{ .Today.Unix }}"}}
      fields:
        title: {selector: h1, matches: x}
  rows:
    name: group
    selector: a
    fields: {label: {}}
  servers:
    - key: one
      rows: group
      kind: stream
      steps:
        - name: hop
          request: "{{ .Result.label }}"
      url: "{{ .Page.Url }}"
catalog:
  entry: {key: '/t/(.+)', url: "{{ .Entry.Key }}"}
  lists:
    all:
      request: "{{ .Catalogue.Url }}"
      rows: {selector: li, fields: {title: {}, url: {json: $.a}}}
  title:
    steps: [{name: title, request: "{{ .Entry.Url }}", fields: {title: {}}}]
    episodes:
      selector: li
      fields: {number: {}, url: {}}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("https://site.example", "site.example", "3: links.0: expected an address like https://site.example"),
        ("[static, browser]", "[direct]", "4: ladder: expected some of static, resolver, browser"),
        ("[static, browser]", "[static, static]", "4: ladder: expected some of static, resolver, browser"),
        (
            "{a: ",
            "{b: {c: [1, '{{ .Nope.X }}']}, a: ",
            "8: resolve.steps.0.request.json: expected a template",
        ),
        (".Today.Unix", ".Query", "8: resolve.steps.0.request.json: expected one of .Page.Rendered, "),
        (
            "method: post",
            "method: head, inputs: {a: b}",
            "8: resolve.steps.0.request: expected `method: post` for",
        ),
        ("matches: x", "attribute: 'a b'", "10: resolve.steps.0.fields.title.attribute: expected string"),
        ("selector: h1", "header: h", "10: resolve.steps.0.fields.title: expected `matches` beside"),
        (
            "{selector: h1,",
            "{multiple: true, header: h, optional: true} #",
            "10: resolve.steps.0.fields.title: expected `mult",
        ),
        (
            "matches: x",
            "filters: [{name: reltime}]",
            "10: resolve.steps.0.fields.title.filters.0: expected one of",
        ),
        (
            "    selector: a\n",
            "    selector: a\n    json: $.a\n",
            "11: resolve.rows: expected a selector or json",
        ),
        ("    selector: a\n", "    json: '$.a[?match(@.b)]'\n", "13: resolve.rows.json: expected a JSONPath"),
        (
            "    fields: {label: {}}",
            "    filters: [{name: trim}]",
            "resolve.rows.filters.0.name: expected input should be 'andmatch'",
        ),
        ("rows: group", "rows: others", "17: resolve.servers.0.rows: expected the name of a group of rows"),
        ("kind: stream", "kind: streams", "18: resolve.servers.0.kind: expected stream, download, embed, or"),
        ("kind: stream", "key_from: size", "18: resolve.servers.0.key_from: expected a field of the rows"),
        ("kind: stream", "host: '('", "18: resolve.servers.0.host: expected a regular expression"),
        ("kind: stream", "expires: {lifetime: soon}", "18: resolve.servers.0.expires"),
        (
            '          request: "{{ .R',
            '          scope: once\n          request: "{{ .R',
            "21: resolve.servers.0.steps.0.scope: expected",
        ),
        (
            ".Result.label",
            ".Result.lable",
            "21: resolve.servers.0.steps.0.request.url: expected names that an",
        ),
        (
            "kind: stream",
            "headers: {A: '{{ .Result.x }}'}",
            "18: resolve.servers.0.headers.A: expected names",
        ),
        ("/t/(.+)", "/t/(", "24: catalog.entry.key: expected a regular expression"),
        (
            ".Entry.Key",
            ".Entry.Url",
            "24: catalog.entry.url.text: expected one of .Catalogue.Url, .Entry.Key",
        ),
        ("    all:", "    every:", "26: catalog.lists.every"),
        (
            ".Catalogue.Url",
            ".Source.Url",
            "27: catalog.lists.all.request.url: expected one of .Catalogue.Url",
        ),
        (
            "title: {}, url: {json: $.a}",
            "title: {}",
            "26: catalog.lists.all: expected rows with the field url",
        ),
        ("$.a", "$.a!", "28: catalog.lists.all.rows.fields.url.json: expected a JSONPath of RFC 9535"),
        (".Entry.Url", ".Query", "30: catalog.title.steps.0.request.url: expected one of .Catalogue.Url"),
        (
            "fields: {title: {}}",
            "fields: {name: {}}",
            "29: catalog.title: expected a step with the field title",
        ),
        (
            "{number: {}, url: {}}",
            "{number: {}}",
            "33: catalog.title.episodes.fields: expected the field url",
        ),
        (
            "fields: {number: {}, url: {}}",
            "sources: {selector: a, fields: {href: {}}}",
            "33: catalog.title.episodes.sources.fields: expected",
        ),
    ],
)
def test_a_mistake_in_any_word_says_where_it_is_and_what_was_expected(
    old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    with pytest.raises(DefinitionError) as raised:
        load_definition(GOOD.replace(old, new, 1), "small.yaml")
    found = [str(one) for one in raised.value.mistakes]
    assert any(one.startswith(f"small.yaml:{expected}") or expected in one for one in found), found


def test_the_definition_without_its_mistakes_is_good() -> None:
    found = load_definition(GOOD, "small.yaml")
    assert found.robots == "respect"
    assert [rung.value for rung in found.ladder] == ["static", "browser"]


@pytest.mark.parametrize(
    "text",
    [
        "id: a\nname: A\n",
        "id: a\nname: A\nladder: [resolver]\nfixtures: [{name: x, title: t, now: soon}]\n",
        "id: a\nname: A\nladder: [resolver]\nfixtures: [{name: x}]\n",
        "id: a\nname: A\nbrowser: {wait_for: a}\nladder: [resolver]\n",
        'id: a\nname: A\nuser_agent: "a\\nb"\nladder: [resolver]\n',
    ],
)
def test_a_definition_needs_a_part_that_can_be_run(text: str) -> None:
    with pytest.raises(DefinitionError):
        load_definition(text, "small.yaml")


@pytest.mark.parametrize("name", ['"{{ if .Result.label }}x"', '"{{ x"'])
def test_a_name_that_is_a_broken_template_is_a_mistake_and_not_an_error_of_the_program(name: str) -> None:
    with pytest.raises(DefinitionError) as found:
        load_definition(GOOD.replace("      kind: stream\n", f"      name: {name}\n"), "small.yaml")
    (mistake,) = found.value.mistakes
    assert (mistake.line, mistake.field) == (18, "resolve.servers.0.name")


def test_a_json_path_with_a_number_beyond_all_is_a_mistake() -> None:
    with pytest.raises(DefinitionError) as found:
        load_definition(GOOD.replace("$.a}", "'$.a[?@.b == 1e999]'}"), "small.yaml")
    assert "expected a JSONPath" in str(found.value.mistakes[0])
