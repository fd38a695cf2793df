from typing import Any

import pytest

from tests.unit.scraper.sites.driving import definition
from wellspring_scraper.adapters.definition_files import shipped_definitions
from wellspring_scraper.sites.definition import Fixture
from wellspring_scraper.sites.fixtures import differences

SMALL = """
resolve:
  steps: [{name: page, request: "{{ .Source.Url }}"}]
  rows:
    selector: a
    fields: {label: {}, href: {attribute: href}, quality: {attribute: class, optional: true}}
  servers: [{key: one, key_from: label, url: "{{ .Result.href }}"}]
catalog:
  entry: {key: '/t/(.+)', url: "{{ .Catalogue.Url }}/t/{{ .Entry.Key }}"}
  lists:
    all:
      request: "{{ .Catalogue.Url }}/all"
      rows: {json: titles, fields: {title: {json: name}, key: {json: id}}}
  title:
    steps: [{name: title, request: "{{ .Entry.Url }}", fields: {title: {selector: h1}}}]
    episodes: {selector: li, fields: {number: {}, url: {attribute: data-u}}}
"""
PAGE = "https://p.example/1"
LINKS: dict[str, Any] = {
    "name": "links",
    "source": PAGE,
    "pages": {PAGE: "<a href=/a class=720p>Alpha</a><a href=/b>Beta</a>"},
    "expected": [{"server": "alpha", "quality": 720}, {"server": "beta", "url": "https://p.example/b"}],
}
LIST: dict[str, Any] = {
    "name": "list",
    "list": "all",
    "pages": {"https://site.example/all": '{"titles": [{"name": "A", "id": "a"}]}'},
    "expected": {"key": "a", "title": "A"},
}
TITLE: dict[str, Any] = {
    "name": "title",
    "title": "a",
    "pages": {"https://site.example/t/a": "<h1>A</h1><li data-u=/e/1>1</li>"},
    "expected": [{"title": "A", "kind": "series"}, {"number": "1", "url": "https://site.example/e/1"}],
}


def told(fixture: dict[str, Any], **changes: Any) -> tuple[str, ...]:
    return differences(definition(SMALL), Fixture.model_validate({**fixture, **changes}))


@pytest.mark.parametrize("fixture", [LINKS, LIST, TITLE], ids=lambda one: str(one["name"]))
def test_a_fixture_that_holds_has_no_differences(fixture: dict[str, Any]) -> None:
    assert told(fixture) == ()


def test_what_differs_is_told() -> None:
    other = [{"server": "alpha", "quality": 480}, {"server": "beta"}]
    assert told(LINKS, expected=other) == ("Number 1: quality is 720, not 480.",)
    assert told(LINKS, expected=[])[0].startswith("0 were expected, 2 came: {'server': 'alpha'")
    assert told(LINKS, failure="drift") == ("It did not fail with drift.",)
    assert told(LINKS, pages={PAGE: "<p>"})[0].startswith("It failed with drift: ")
    assert told(LINKS, pages={PAGE: "<p>"}, failure="drift") == ()
    assert told(LINKS, pages={}, failure="not_found") == ()
    extra = {**LINKS["pages"], "https://p.example/2": ""}
    assert told(LINKS, pages=extra) == ("https://p.example/2 was never asked for.",)


def test_the_fixtures_of_shipped_definitions_hold() -> None:
    for one in shipped_definitions():
        assert [differences(one, fixture) for fixture in one.fixtures] == [()] * len(one.fixtures), one.id
