"""Words that definitions of JSON interfaces need: steps without a page, what is absent, what is refused."""

import json
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.scrape import SourceRef
from wellspring_common.fetch.page import PAGE_BYTES, Page, Request
from wellspring_scraper.domain.routing import definition_for
from wellspring_scraper.sites.catalog import Entry, details
from wellspring_scraper.sites.definition import Definition
from wellspring_scraper.sites.engine import pages, reach
from wellspring_scraper.sites.loader import DefinitionError, load_definition

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SMALL = """
id: small
name: Small
resolve:
  pages: '/item/'
  steps:
    - name: address
      fields:
        site:
          text: "{{ .Source.Url }}"
          filters: [{name: regexp, args: '^(https?://[^/]+)'}]
    - name: record
      request:
        url: "{{ .Result.site }}/api"
        max_bytes: 4194304
      forbidden_when: [{json: lent, matches: '^True$'}]
      not_found_when: [{json: files, absent: true}]
    - name: more
      fields:
        title: {json: title}
  rows:
    json: files
    fields:
      href: {json: url}
      label: "{{ .Result.title }} {{ .Row.Number }}"
  when_none: not_found
  servers:
    - key: file
      url: "{{ .Result.href }}"
catalog:
  entry: {key: '/item/(\\d+)', url: "{{ .Catalogue.Url }}/item/{{ .Entry.Key }}"}
  title:
    steps:
      - name: address
        fields:
          site: {text: "{{ .Entry.Url }}", filters: [{name: regexp, args: '^(https?://[^/]+)'}]}
      - name: record
        request: "{{ .Result.site }}/api"
        fields: {title: {json: title}}
    episodes:
      json: files
      fields:
        number: "{{ .Row.Number }}"
        url: {json: url}
"""
SOURCE = SourceRef(source_id=1, quality=None, url="https://site.example/item/7.mp4", definition="small")

_T = TypeVar("_T")


def small() -> Definition:
    return load_definition(SMALL, "small.yaml")


def driven(steps: Generator[Request, Page, _T], data: Any, asked: list[Request]) -> _T:
    try:
        request = next(steps)
        while True:
            asked.append(request)
            headers = {"content-type": "application/json"}
            request = steps.send(
                Page(url=request.url, status=200, headers=headers, body=json.dumps(data).encode())
            )
    except StopIteration as done:
        found: _T = done.value
        return found


def file(number: int) -> dict[str, str]:
    return {"url": f"https://files.example/{number}.mp4"}


def test_a_step_without_a_request_reads_what_is_known_before_any_page_and_more_of_the_last_one() -> None:
    asked: list[Request] = []
    found = driven(
        pages(small(), SOURCE, lambda: NOW), {"title": "Seven", "files": [file(1), file(2)]}, asked
    )
    assert [one.url for one in asked] == ["https://site.example/api"]
    assert [lead.label for lead in found.leads] == ["Seven 1", "Seven 2"]
    links = [driven(reach(lead, lambda: NOW), {}, asked).url for lead in found.leads]
    assert links == ["https://files.example/1.mp4", "https://files.example/2.mp4"]


def test_an_answer_may_grow_as_far_as_its_step_says() -> None:
    asked: list[Request] = []
    driven(pages(small(), SOURCE, lambda: NOW), {"title": "Seven", "files": [file(1)]}, asked)
    assert [one.max_bytes for one in asked] == [4 * 1024 * 1024]
    driven(details(small(), "https://site.example", entry(), lambda: NOW), told(), asked)
    assert asked[-1].max_bytes == PAGE_BYTES


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"title": "Lent", "lent": True, "files": [file(1)]}, "forbidden"),
        ({"title": "Nothing"}, "not_found"),
        ({"title": "No files", "files": []}, "not_found"),
        ({"files": [file(1)]}, "drift"),
    ],
)
def test_what_a_record_lacks_has_a_name(data: dict[str, Any], code: str) -> None:
    with pytest.raises(WellspringError) as raised:
        driven(pages(small(), SOURCE, lambda: NOW), data, [])
    assert raised.value.code == code


def entry() -> Entry:
    return Entry("7", "https://other.example/item/7", "Seven")


def told() -> dict[str, Any]:
    return {"title": "Seven", "files": [file(1), file(2)]}


def test_rows_are_numbered_and_a_title_is_read_where_its_url_says() -> None:
    asked: list[Request] = []
    title = driven(details(small(), "https://index.example", entry(), lambda: NOW), told(), asked)
    assert [one.url for one in asked] == ["https://other.example/api"]
    assert [(int(one.number), one.sources[0].url) for one in title.episodes] == [
        (1, "https://files.example/1.mp4"),
        (2, "https://files.example/2.mp4"),
    ]


def test_a_page_that_ends_as_a_file_does_is_read_by_its_definition() -> None:
    definition = small()
    assert definition_for(SOURCE, lambda source: definition.has_page(source.url)) == "small"
    elsewhere = SOURCE.model_copy(update={"url": "https://files.example/1.mp4"})
    assert definition_for(elsewhere, lambda source: definition.has_page(source.url)) == "direct"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("max_bytes: 4194304", "max_bytes: 9000000", "8388608"),
        ("    - name: more\n", "    - name: more\n      must_have: [{json: title}]\n", "a request, where"),
        ("when_none: not_found", "when_none: nothing", "'drift' or 'not_found'"),
        ("pages: '/item/'", "pages: '('", "regular expression"),
        ("{{ .Result.href }}", "{{ .Row.Number }}", "not .Row.Number"),
    ],
)
def test_a_word_used_wrongly_is_told_with_its_line(old: str, new: str, expected: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        load_definition(SMALL.replace(old, new), "small.yaml")
    assert expected in str(raised.value)
    assert all(mistake.line > 1 for mistake in raised.value.mistakes)


def test_steps_of_which_none_asks_for_a_page_are_refused() -> None:
    text = (
        "id: x\nname: X\nresolve:\n  steps:\n    - name: a\n      fields: {b: '1'}\n"
        "  servers: [{key: x, url: '{{ .Result.b }}'}]\n"
    )
    with pytest.raises(Permanent, match="a request in one of the steps"):
        load_definition(text, "x.yaml")
