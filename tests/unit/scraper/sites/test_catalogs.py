from decimal import Decimal
from typing import Any

import pytest

from tests.unit.scraper.sites.driving import Web, definition, now
from wellspring_common.errors import WellspringError
from wellspring_common.events.crawl import CrawledTitle, CrawlScope
from wellspring_scraper.sites.catalog import Entry, Listing, Place, details, entry_of, listing

BASE = "https://site.example"
SITE = """
language: en
catalog:
  entry: {key: '/t/([^/?#]+)', url: "{{ .Catalogue.Url }}/t/{{ .Entry.Key }}"}
  legacylinks: ['^https?://(www\\.)?old\\.example/']
  lists:
    all:
      request: "{{ .Catalogue.Url }}/all"
      rows:
        selector: li
        fields:
          title: {selector: a}
          url: {selector: a, attribute: href}
          mark: {selector: i, optional: true}
        reject: [{title: ^Ad$}]
      next: {selector: a.next, attribute: href, optional: true}
      min_rows: 2
    search:
      keywordsfilters: [{name: tolower}]
      request: "{{ .Catalogue.Url }}/find/{{ .Query }}"
      empty_when: {matches: Nothing found}
      rows: {selector: li, filters: [{name: andmatch}], fields: {title: {}, key: {attribute: data-key}}}
    tag:
      request: {url: "{{ .Catalogue.Url }}/api", inputs: {tag: "{{ .Query }}", page: 1}}
      rows: {json: items, fields: {title: {json: name}, key: {json: id}}}
      next:
        text: "{{ .Page.Url }}"
        filters:
          - {name: querystring, args: page}
          - {name: add, args: 1}
          - {name: prepend, args: "{{ .Catalogue.Url }}/api?tag={{ .Query }}&page="}
  title:
    steps:
      - name: title
        request: "{{ .Entry.Url }}"
        fields:
          title: {selector: h1}
          format: {selector: .f, optional: true}
          score: {selector: .s, optional: true}
    EPISODES
"""
ROWS = """episodes:
      selector: .e
      fields: {number: {selector: b}, season: {selector: u, optional: true}}
      reject: [{number: x}]
      sources:
        selector: a
        fields: {url: {attribute: href}, quality: {}, language: {attribute: lang, optional: true}}
"""


def site(episodes: str = "") -> Any:
    return definition(SITE.replace("EPISODES", episodes))


def lists(web: Web, scope: str, query: str = "", page_url: str | None = None) -> Listing:
    return web.drive(listing(site(), Place(BASE, CrawlScope(scope), query, page_url), now))


def told(body: str, episodes: str = "") -> CrawledTitle:
    web = Web({f"GET {BASE}/t/a": body})
    return web.drive(details(site(episodes), BASE, Entry("a", f"{BASE}/t/a", "A"), now))


def test_a_list_names_its_titles_and_its_next_page() -> None:
    body = (
        "<li><a href=/t/a?x=1>A</a><i>Episode 2</i></li>"
        "<li><a href=http://www.old.example/t/b/>B</a></li>"
        "<li><a href=/t/a>A again</a></li><li><a href=/ad>Ad</a></li><li>nothing</li>"
        "<a class=next href=/all/2>"
    )
    found = lists(Web({f"GET {BASE}/all": body}), "all")
    assert found.entries == (
        Entry("a", f"{BASE}/t/a?x=1", "A", "Episode 2"),
        Entry("b", f"{BASE}/t/b/", "B"),
    )
    assert found.next_url == f"{BASE}/all/2"


@pytest.mark.parametrize(
    "body", ["", "<li><a href=/t/a>A</a></li>", "<li class=a></li>" * 5, "<li><a href=/x>A</a></li>" * 3]
)
def test_a_list_with_too_few_titles_has_changed(body: str) -> None:
    with pytest.raises(WellspringError) as raised:
        lists(Web({f"GET {BASE}/all": body}), "all")
    assert raised.value.code == "drift"


def test_a_later_page_may_be_empty_and_names_no_page_twice() -> None:
    later = Web({f"GET {BASE}/all/2": f"<a class=next href={BASE}/all/2>"})
    assert lists(later, "all", page_url=f"{BASE}/all/2") == Listing((), None)


def test_the_words_of_a_search_are_quoted_and_all_of_them_must_be_there() -> None:
    body = "<li data-key=1>The Red Fox</li><li data-key=2>Red Sea</li>"
    web = Web({f"GET {BASE}/find/fox%20red%2F%3F": body})
    assert lists(web, "search", "Fox RED/?").entries == (Entry("1", f"{BASE}/t/1", "The Red Fox"),)


def test_a_search_without_a_find_is_empty_only_where_the_page_says_so() -> None:
    assert lists(Web({f"GET {BASE}/find/x": "Nothing found"}), "search", "x") == Listing((), None)
    with pytest.raises(WellspringError) as raised:
        lists(Web({f"GET {BASE}/find/x": "<p>redesign"}), "search", "x")
    assert raised.value.code == "drift"


def test_a_list_of_an_interface_counts_its_pages() -> None:
    web = Web({f"GET {BASE}/api?tag=a+b&page=1": {"items": [{"id": 7, "name": "Seven"}]}})
    found = lists(web, "tag", "a b")
    assert found == Listing((Entry("7", f"{BASE}/t/7", "Seven"),), f"{BASE}/api?tag=a%20b&page=2")


def test_a_list_that_the_definition_does_not_have_has_a_code() -> None:
    for one, scope in ((site(), "ongoing"), (definition("ladder: [resolver]"), "all")):
        with pytest.raises(WellspringError) as raised:
            Web({}).drive(listing(one, Place(BASE, CrawlScope(scope)), now))
        assert raised.value.code == "unsupported_scope"


@pytest.mark.parametrize(
    ("asked", "key", "url"),
    [
        ("some-title", "some-title", f"{BASE}/t/some-title"),
        (" some title ", "some title", f"{BASE}/t/some%20title"),
        (f"{BASE}/t/a/", "a", f"{BASE}/t/a/"),
        ("/t/a?x", "a", f"{BASE}/t/a?x"),
        ("https://old.example/t/a", "a", f"{BASE}/t/a"),
        ("https://mirror.example/t/a", "a", "https://mirror.example/t/a"),
    ],
)
def test_a_title_is_found_by_key_path_or_url(asked: str, key: str, url: str) -> None:
    assert entry_of(site(), BASE, asked) == Entry(key, url, key)


@pytest.mark.parametrize("asked", ["", "https://site.example/genres/x", "http://[", "k" * 400])
def test_what_names_no_title_has_a_code(asked: str) -> None:
    with pytest.raises(WellspringError) as raised:
        entry_of(site(), BASE, asked)
    assert raised.value.code == "bad_url"


def test_episodes_come_in_order_each_once_with_all_their_sources() -> None:
    found = told(
        "<h1>A</h1>"
        "<div class=e><b>2</b><a href=/2>720p</a></div>"
        "<div class=e><b>1.5</b><a href=/h lang=ja>1080p</a></div>"
        "<div class=e><b>2</b><a href=/2>720p</a><a href=/2b>480p</a></div>"
        "<div class=e><b>x</b><a href=/x>720p</a></div><div class=e><b>Episode 0</b><a href=/0>SD</a></div>"
        "<div class=e><b>1</b><u>Season 2</u><a href=/s2>720p</a></div><div class=e><b>9</b></div>",
        ROWS,
    )
    shown = [
        (one.season, one.number, one.key, [(s.url[20:], s.quality, s.language) for s in one.sources])
        for one in found.episodes
    ]
    assert shown == [
        (1, Decimal(0), "0", [("/0", None, "en")]),
        (1, Decimal("1.5"), "h", [("/h", 1080, "ja")]),
        (1, Decimal(2), "2", [("/2", 720, "en"), ("/2b", 480, "en")]),
        (2, Decimal(1), "s2", [("/s2", 720, "en")]),
    ]


def test_a_page_without_rows_of_episodes_has_changed_and_one_of_rejected_rows_has_not() -> None:
    with pytest.raises(WellspringError) as raised:
        told("<h1>A</h1>", ROWS)
    assert raised.value.code == "drift"
    assert told("<h1>A</h1><div class=e><b>x</b><a href=/x>1</a></div>", ROWS).episodes == ()


def test_a_title_without_a_list_of_episodes_is_a_film_and_its_own_source() -> None:
    found = told("<h1>A</h1><p class=f>Movie</p><p class=s>N/A</p>")
    assert (found.kind, found.format, found.score) == ("movie", "Movie", None)
    assert [(one.number, one.key, one.sources[0].url) for one in found.episodes] == [
        (Decimal(1), "t/a", f"{BASE}/t/a")
    ]


@pytest.mark.parametrize(
    ("score", "value"),
    [("7,84", Decimal("7.84")), ("0", None), ("8.1/10", Decimal("8.1")), ("?", None), ("99999999999", None)],
)
def test_scores_are_numbers_or_nothing(score: str, value: Decimal | None) -> None:
    assert told(f"<h1>A</h1><p class=s>{score}</p>").score == value
