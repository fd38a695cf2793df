from decimal import Decimal
from typing import Any

import pytest

from tests.unit.scraper.sites.driving import SOURCE, URL, Web, definition, links, now
from wellspring_common.errors import Transient, WellspringError
from wellspring_scraper.sites.catalog import Entry, details
from wellspring_scraper.sites.engine import pages
from wellspring_scraper.sites.loader import DefinitionError

SITE = "https://page.example"
RESOLVE = """
resolve:
  steps: [{name: page, request: "{{ .Source.Url }}"}]
  rows:
    selector: .q
    fields: {quality: {}, to: {attribute: href}}
    steps:
      - {name: quality, OPTION request: "{{ .Result.to }}", fields: {size: {selector: i, optional: true}}}
    rows: {selector: a, fields: {label: {}, href: {attribute: href}}}
  servers: [{key: one, key_from: label, url: "{{ .Result.href }}"}]
"""
TWO = "<a class=q href=/480>480p</a><a class=q href=/d/720>720p</a>"
CATALOG = """
catalog:
  entry: {key: '/t/(.+)', url: "{{ .Catalogue.Url }}/t/{{ .Entry.Key }}"}
  title:
    steps: [{name: title, request: "{{ .Entry.Url }}", fields: {title: {selector: h1}}}]
    episodes:
      selector: h3
      fields:
        quality: {filters: [{name: regexp, args: '(\\d+p)'}]}
        season: {filters: [{name: regexp, args: 'Season (\\d+)'}]}
        to: {selector: a, attribute: href}
      steps: [{name: list, request: "{{ .Result.to }}"}]
      rows:
        selector: p
        fields: {number: {heading: h4}}
        reject: [{number: Batch}]
      sources: {selector: "a", matches: "V-Cloud", fields: {url: {attribute: href}}}
"""
TITLE = (
    "<h1>T</h1><h3>Season 1 480p <a href=/l/480>get</a></h3><h3>Season 1 720p <a href=/l/720>get</a></h3>"
    "<h3>Season 2 720p <a href=/l/2>get</a></h3>"
)


def listed(*numbers: str) -> str:
    blocks = (
        f"<h4>Episode {n}</h4><p><a href=x/{n}>G-Direct</a><a href=v/{n}>V-Cloud</a></p>" for n in numbers
    )
    return "".join(blocks) + "<h4>Batch</h4><p><a href=v/all>V-Cloud</a></p>"


def test_rows_on_pages_of_their_own_have_the_fields_of_the_way_there() -> None:
    web = Web({
        f"GET {URL}": TWO,
        f"GET {SITE}/480": "<i>100 MB</i><a href=a>Alpha</a><a href=b>Beta</a>",
        f"GET {SITE}/d/720": "<a href=a>Alpha</a>",
    })  # fmt: skip
    found = links(definition(RESOLVE.replace("OPTION", "")), web)
    assert [(one.server, one.facts.quality, one.facts.size_bytes, one.url) for one in found] == [
        ("alpha", 480, 100 * 1024**2, f"{SITE}/a"),
        ("beta", 480, 100 * 1024**2, f"{SITE}/b"),
        ("alpha", 720, None, f"{SITE}/d/a"),
    ]
    assert web.urls == [f"GET {URL}", f"GET {SITE}/480", f"GET {SITE}/d/720"]


def test_one_page_that_is_away_ends_the_run_unless_its_step_is_optional() -> None:
    answers: dict[str, Any] = {
        f"GET {URL}": TWO,
        f"GET {SITE}/480": Transient("away", code="timeout"),
        f"GET {SITE}/d/720": "<a href=a>A",
    }
    with pytest.raises(WellspringError) as raised:
        Web(answers).drive(pages(definition(RESOLVE.replace("OPTION", "")), SOURCE, now))
    assert raised.value.code == "timeout"
    found = links(definition(RESOLVE.replace("OPTION", "optional: true,")), Web(answers))
    assert [one.url for one in found] == [f"{SITE}/d/a"]


def test_episodes_of_several_pages_become_one_list() -> None:
    web = Web({
        f"GET {SITE}/t/t": TITLE,
        f"GET {SITE}/l/480": listed("1", "2"),
        f"GET {SITE}/l/720": listed("2"),
        f"GET {SITE}/l/2": listed("1"),
    })  # fmt: skip
    title = web.drive(details(definition(CATALOG), SITE, Entry("t", f"{SITE}/t/t", "T"), now))
    shown = [
        (one.season, one.number, [(source.url[20:], source.quality) for source in one.sources])
        for one in title.episodes
    ]
    assert shown == [
        (1, Decimal(1), [("/l/v/1", 480)]),
        (1, Decimal(2), [("/l/v/2", 480), ("/l/v/2", 720)]),
        (2, Decimal(1), [("/l/v/1", 720)]),
    ]


def test_pages_without_episodes_are_drift() -> None:
    web = Web({f"GET {SITE}/t/t": TITLE} | {f"GET {SITE}/l/{n}": "<b>new" for n in ("480", "720", "2")})
    with pytest.raises(WellspringError) as raised:
        web.drive(details(definition(CATALOG), SITE, Entry("t", f"{SITE}/t/t", "T"), now))
    assert raised.value.code == "drift"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    rows: {selector: a, fields", "    #", "rows within, where there are steps"),
        ("resolve:\n", "browser: {wait_for: a}\nresolve:\n", "no steps in rows, where there is a browser"),
        (".Result.to", ".Result.label", "names that an earlier field gives, not .Result.label"),
    ],
)
def test_hops_where_none_can_be_are_a_mistake(old: str, new: str, expected: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        definition(RESOLVE.replace("OPTION", "").replace(old, new))
    assert expected in str(raised.value)
