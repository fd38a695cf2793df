"""Small pages that are meant to become large, and names that nothing can hold."""

import pytest

from tests.unit.scraper.sites.driving import URL, Web, links, now, resolving
from tests.unit.scraper.sites.driving import page as page_of
from tests.unit.scraper.sites.test_catalogs import BASE, ROWS, site
from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawlScope
from wellspring_scraper.sites.asking import Run
from wellspring_scraper.sites.catalog import Entry, Place, details, listing
from wellspring_scraper.sites.document import Document
from wellspring_scraper.sites.rows import rows_of

NESTED = """
- selector: div
  fields: {quality: {attribute: class, optional: true}}
  rows:
    selector: div
    fields: {}
    rows: {selector: a, fields: {label: {}, href: {attribute: HREF}}}
"""
SERVER = '{key: one, url: "{{ .Result.href }}"}'


@pytest.mark.parametrize("attribute", ["href", "title"])
def test_elements_within_each_other_are_not_gone_through_again_and_again(attribute: str) -> None:
    one = resolving(NESTED.replace("HREF", attribute), f"- {SERVER}")
    body = "<div>" * 100 + "<a href=/f>File</a>" * 100
    with pytest.raises(Permanent) as found:
        links(one, Web({f"GET {URL}": body}))
    assert found.value.code == "page_too_complex"


def test_a_row_keeps_of_a_field_what_a_template_can_use() -> None:
    one = resolving("- {selector: div, fields: {label: {}, href: {}}}", f"- {SERVER}")
    (group,) = one.resolving().rows
    document = Document(page_of("<div>" * 200 + "x" * 1_000_000))
    found = rows_of(group, document, {}, Run(now), most=500)
    assert len(found.kept) == 200
    assert sum(len(row.get("label")) for row in found.kept) < 2_000_000


def test_a_key_has_no_character_that_a_database_refuses() -> None:
    body = "".join(f"<li><a href=/t/{key}>T</a></li>" for key in ("a%00b", "c%0Ad", "e%20f"))
    found = Web({f"GET {BASE}/all": body}).drive(listing(site(), Place(BASE, CrawlScope.ALL), now))
    assert [one.key for one in found.entries] == ["ab", "cd", "e f"]


def test_a_title_whose_addresses_alone_are_larger_than_a_page_is_not_read() -> None:
    long = f"{BASE}/{'x' * 1900}/"
    sources = "".join(f"<a href={number}>480p</a>" for number in range(20))
    body = "<h1>T</h1>" + "".join(f"<p class=e><b>{number}</b>{sources}</p>" for number in range(200))
    web = Web({f"GET {long}": body})
    with pytest.raises(Permanent) as found:
        web.drive(details(site(ROWS), BASE, Entry("t", long, "T"), now))
    assert found.value.code == "too_large"
