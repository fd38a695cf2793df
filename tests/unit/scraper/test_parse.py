import base64
import resource
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.unit.scraper.fakes import NOW, html
from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.scrape import SourceRef
from wellspring_common.fetch.page import Page
from wellspring_scraper.adapters.definition_files import shipped_definition
from wellspring_scraper.sites.document import Document, text_of
from wellspring_scraper.sites.engine import pages
from wellspring_scraper.sites.parse import parsed

VCLOUD = shipped_definition("vcloud")
SOURCE = SourceRef(source_id=1, quality=720, url="https://page.example/drive/1", definition="vcloud")


def formatting_bomb(tags: int, paragraphs: int) -> bytes:
    return ("<p>" + "".join(f"<b c={number}>" for number in range(tags)) + "<p>x" * paragraphs).encode()


def numbered(
    before: bytes, count: int, one: bytes = b"a%d", between: bytes = b" ", after: bytes = b">"
) -> bytes:
    return before + between.join(one % number for number in range(count)) + after


# Made when they are asked for: most of them are megabytes.
BOMBS: dict[str, Callable[[], bytes]] = {
    "a thousand kept formats": lambda: formatting_bomb(1000, 1000),
    "four thousand kept formats": lambda: formatting_bomb(4000, 4000),
    "ten thousand kept formats": lambda: formatting_bomb(10_000, 8_000),
    "just too deep": lambda: b"<div>" * 300,
    "deep": lambda: b"<div>" * 10_000,
    "deeper than a stack": lambda: b"<div>" * 400_000,
    "tables that move": lambda: b"<div><table></div></table>" * 70_000,
    "ends of nothing": lambda: b"<div></x>" * 80_000,
    "ends in attributes": lambda: b"<div title='</div>'>" * 60_000,
    "ends in comments": lambda: b"<!--></div>--><div></div><div>" * 30_000,
    "within a script of a picture": lambda: b"<svg><script>" + b"<div>" * 60_000,
    "ends in texts": lambda: b"<textarea></div></textarea><div>" * 30_000,
    "open comments": lambda: b"<!--" * 190_000,
    "open quotes": lambda: b'<a "' * 190_000,
    "open tags": lambda: b"<div " * 190_000,
    "many elements": lambda: b"<ul>" + b"<li><a href=/a>b</a></li>" * 83_000 + b"</ul>",
    "many attributes": lambda: numbered(b"<div ", 200_000),
    "many attributes with ends": lambda: numbered(b"<div ", 100_000, one=b'a%d=">"'),
    "many attributes without spaces": lambda: numbered(b"<div ", 100_000, one=b'a%d=""', between=b""),
    "many attributes after a comment": lambda: numbered(b"<!--><div ", 100_000, after=b">-->"),
    "many attributes after a quote": lambda: numbered(b'<div ="><div ', 100_000, after=b'>"'),
    "many attributes in a picture": lambda: numbered(b"<svg><script><div ", 100_000),
    "too large": lambda: b"x" * (2 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_soon_and_without_memory(bomb: str) -> None:
    page = BOMBS[bomb]()
    # of processor, not by the clock: how busy the machine is says nothing about the page
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Permanent) as raised:
        parsed(page)
    assert raised.value.code == "page_too_complex"
    assert time.process_time() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


def test_the_fence_is_taken_down_after_each_page() -> None:
    limits = resource.getrlimit(resource.RLIMIT_DATA)
    parsed(b"<p>fine")
    with pytest.raises(Permanent):
        parsed(formatting_bomb(4000, 4000))
    assert resource.getrlimit(resource.RLIMIT_DATA) == limits


def test_an_honest_page_of_every_size_is_parsed() -> None:
    row = b"<tr><td><a href='/x' class=\"btn\">Download [FSL Server]</a></td><td>1 > 0</td></tr>\n"
    for rows in (1, 100, 4000):
        assert len(parsed(b"<table>" + row * rows + b"</table>").css("a.btn")) == rows
    shelf = b"<li><a class='hodebgst' href='https://x.example/anime/%d/' title='T'>T</a></li>\n"
    titles = b"".join(shelf % number for number in range(14_000))
    assert len(parsed(b"<div><ul>" + titles + b"</ul></div>").css("a.hodebgst")) == 14_000
    assert len(parsed(b"<ul>" + b"<li><a href=/a>b</a>" * 40_000 + b"</ul>").css("li > a")) == 40_000
    cells = b"<tr><td>1<td><a href=/x>y</a>" * 25_000
    assert len(parsed(b"<table><tbody>" + cells + b"</table>").css("tr")) == 25_000
    image = b"<img src='data:image/png;base64," + base64.b64encode(bytes(range(256)) * 1200) + b"'>"
    assert len(parsed(image).css("img")) == 1


@given(st.binary(max_size=400) | st.text(alphabet="<>/ab='\"! -\x00\u00e9", max_size=400).map(str.encode))
@settings(max_examples=examples(200), deadline=None)
def test_any_bytes_end_in_a_tree_or_a_name(body: bytes) -> None:
    document = Document(Page(url="https://x.example/", status=200, headers={}, body=body))
    try:
        document.tree.css("a")
        document.meta_refresh()
        document.script_var("url")
    except Permanent as error:
        assert error.code in {"not_html", "page_too_complex"}  # noqa: PT017


_PIECES = st.sampled_from(
    [
        "<a class=btn href='",
        "'>Download [FSL Server]</a>",
        "<script>var url = '",
        "';</script>",
        "atob(atob('",
        "<i id=size>",
        "NAN ",
        "Token Expired!",
        "<div class=card-header>",
        "http://[",
        "//",
        "<a id=download href=/x>",
        "?token=1795251180",
        "\\u0000",
        "\ud83d\ude00",
        "<",
        ">",
    ]
)


@given(st.lists(_PIECES | st.text(max_size=8), max_size=25), st.lists(_PIECES, max_size=25))
@settings(max_examples=examples(150), deadline=None)
def test_no_page_makes_the_engine_fail_without_a_name(first: list[str], second: list[str]) -> None:
    texts = ["".join(first), "".join(second)]
    steps = pages(VCLOUD, SOURCE, lambda: NOW)
    try:
        request = next(steps)
        for number in range(10):
            body = texts[number % 2].encode(errors="replace").decode()
            request = steps.send(html(request.url, body))
    except StopIteration as done:
        found = done.value
        assert found.leads
    except WellspringError as error:
        assert error.code in {"drift", "soft_expired", "not_found", "bad_url", "page_too_complex", "not_html"}  # noqa: PT017


def test_text_is_folded_and_can_leave_parts_out() -> None:
    node = parsed(b"<p> a <b>bold</b>\n <i>x</i> c</p>").css_first("p")
    assert node is not None
    assert text_of(node) == "a bold x c"
    assert text_of(node, "b") == "a x c"
    assert text_of(node) == "a bold x c"


def test_an_element_that_matches_twice_is_one_row() -> None:
    page = html("https://x.example/", "<a class='btn server' href=/1>1</a><a class=btn href=/2>2</a>")
    assert [text_of(node) for node in Document(page).select("a.btn, a.server")] == ["1", "2"]


def test_json_and_meta_refresh_are_read() -> None:
    page = html("https://x.example/", '<meta http-equiv="Refresh" content="0; url=/next">')
    assert Document(page).meta_refresh() == "/next"
    data = Page(url="", status=200, headers={}, body=b'{"data": {"items": [{"url": "u"}]}}')
    assert Document(data).json("data.items.0.url") == "u"
    assert Document(data).json("data.items.9.url") is None
    with pytest.raises(Permanent) as raised:
        Document(html("", "<p>")).json("x")
    assert raised.value.code == "garbage"
