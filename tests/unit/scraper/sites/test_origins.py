import time
from typing import Any

import pytest

from tests.unit.scraper.sites.driving import URL, page, value
from wellspring_scraper.sites.document import Document
from wellspring_scraper.sites.fields import read
from wellspring_scraper.sites.vocabulary import Field

HTML = """
<body onload="go(); location.replace('/bounced')">
<h4>Episode 1</h4><p><a class=b style="background: linear-gradient(#ed0b0b)" href=/1><b>Hub</b>Cloud</a></p>
<h4>Episode 2 <small>new</small></h4><p><a class=b href=/2 data-src=/real>Hub Drive</a></p>
<ul class=genres><li><a>Drama</a></li><li><a> Slice
 of Life</a></li><li><a>Drama</a></li></ul>
<script>var o = "x"; setup({a: 1}, "two", atob('dGhyZWU='), 4); s('o','ZGF0YQ==', 180 * 1000);</script>
<script>if (a == b) window.location.href = 'https://to.example/' + 'x';</script>
"""


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ({"selector": "a.b"}, "HubCloud"),
        ({"selector": "a.b", "matches": "(?i)hub ?drive"}, "Hub Drive"),
        ({"selector": "a.b", "matches": "nothing"}, None),
        ({"selector": "a.b[style*='#ed0b0b']", "attribute": "href"}, "/1"),
        ({"selector": "a[data-src]", "attribute": ["data-lazy", "data-src", "href"]}, "/real"),
        ({"selector": "a.b", "attribute": ["data-src", "href"]}, "/1"),
        ({"selector": "h4", "matches": "2", "remove": "small"}, "Episode 2"),
        ({"selector": ".genres a", "multiple": True}, "Drama\nSlice of Life"),
        (
            {"selector": ".genres a", "multiple": True, "filters": [{"name": "toupper"}]},
            "DRAMA\nSLICE OF LIFE",
        ),
        ({"selector": ".none", "multiple": True}, None),
        ({"script_var": "o"}, "x"),
        ({"script_call_arg": {"name": "setup", "n": 1}}, "two"),
        ({"script_call_arg": {"name": "setup", "n": 2}}, "three"),
        ({"script_call_arg": {"name": "setup", "n": 9}}, None),
        ({"script_call_arg": {"name": "s", "n": 1}}, "ZGF0YQ=="),
        ({"script_redirect": True}, "/bounced"),
        ({"header": "X-Way"}, None),
        ({"text": "{{ .Page.Url }}#a"}, URL + "#a"),
        ({"case": {".none": "no", "h4": "yes"}}, "yes"),
        ({"first_of": [{"selector": ".none"}, {"selector": "h4"}]}, "Episode 1"),
    ],
)
def test_each_origin_gives_its_value(field: dict[str, Any], found: str | None) -> None:
    assert value(HTML, **field) == found


@pytest.mark.parametrize(
    ("script", "target"),
    [
        ("location.replace('/a')", "/a"),
        ("window.location = '/a'", "/a"),
        ("document.location.href='/a'", "/a"),
        ("top.location.assign(atob('L2E='))", "/a"),
        ('setTimeout(function(){ location.href = "/a" }, 5000)', "/a"),
        ("if (location == '/b') {}", None),
        ("location.href = next", None),
        ("var mylocation = '/a'", None),
    ],
)
def test_where_a_script_sends_its_visitor_is_read_and_never_run(script: str, target: str | None) -> None:
    assert value(f"<script>{script}</script>", script_redirect=True) == target


def test_a_heading_belongs_to_the_rows_after_it() -> None:
    document = Document(page(HTML))
    field = Field.model_validate({"heading": "h4", "remove": "small"})
    assert [read(field, document, row, {}) for row in document.select("a.b")] == ["Episode 1", "Episode 2"]
    matching = Field.model_validate({"heading": "h4", "matches": "1"})
    assert read(matching, document, document.select("a.b")[1], {}) == "Episode 1"
    assert read(field, document, document.select("h4")[0], {}) is None


def test_headings_of_a_long_page_are_found_soon() -> None:
    body = "".join(
        f"<h4>Episode {number}</h4><p><a class=b href=/{number}>x</a></p>" for number in range(5000)
    )
    document, field = Document(page(body)), Field.model_validate({"heading": "h4"})
    started = time.process_time()
    found = [read(field, document, row, {}) for row in document.select("a.b")]
    assert time.process_time() - started < 1.5
    assert found == [f"Episode {number}" for number in range(5000)]


DATA = {"data": {"items": [{"url": "u0", "ok": True}, {"url": "u1", "n": 2}], "tags": ["a", "b", "a"]}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("data.items.1.url", "u1"),
        ("data.items.9.url", None),
        ("$.data.items[1].url", "u1"),
        ("$.data.items[-1].n", "2"),
        ("$.data.items[?@.n == 2].url", "u1"),
        ("$..url", "u0"),
        ("$.data.items[0].ok", None),
        ("$.data.items", None),
    ],
)
def test_json_is_read_by_dotted_paths_and_by_jsonpath(path: str, found: str | None) -> None:
    assert value(DATA, json=path) == found


def test_several_values_of_json_are_lines() -> None:
    assert value(DATA, json="data.tags", multiple=True) == "a\nb"
    assert value(DATA, json="$.data.items[*].url", multiple=True) == "u0\nu1"


def test_text_of_a_page_that_is_not_json_has_the_code_of_garbage() -> None:
    with pytest.raises(Exception, match="not the JSON") as raised:
        value("<p>", json="$.a")
    assert getattr(raised.value, "code", "") == "garbage"
