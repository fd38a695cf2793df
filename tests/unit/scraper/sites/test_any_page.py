"""Whatever pages say, shipped definitions end in a result or in a failure with a name."""

import json
from collections.abc import Callable, Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.unit.scraper.saved_pages import SITES
from tests.unit.scraper.shipped import DEFINITIONS
from tests.unit.scraper.sites.driving import now
from wellspring_common.errors import WellspringError
from wellspring_common.events.scrape import SourceRef
from wellspring_common.fetch.page import Page, Request
from wellspring_scraper.sites.catalog import Place, details, entry_of, listing
from wellspring_scraper.sites.definition import Definition
from wellspring_scraper.sites.engine import pages, reach

CODES = frozenset(
    {
        *(
            "drift",
            "soft_expired",
            "not_found",
            "bad_url",
            "page_too_complex",
            "not_html",
            "garbage",
            "decoy",
        ),
        *("forbidden", "unsupported", "unsupported_scope"),
    }
)
MOST_PAGES = 12
Bodies = Callable[[], bytes]

HTML = st.lists(
    st.sampled_from(
        [
            "<div class='venz'><ul><li><div class=detpost><h2 class=jdlflm>",
            "<div class='infozin'><div class=infozingle><p><span><b>Judul</b>: ",
            "<p><span><b>Skor</b>: 9999999999.999999",
            "<p><span><b>Tanggal Rilis</b>: 31 Februari,2026",
            "<p><span><b>Total Episode</b>: 99999999999",
            "<div class=episodelist><div class=smokelister><span class=monktit>Episode List</span></div>",
            "<ul><li>",
            "<a href='/episode/a-episode-999999999999-sub-indo/'>Episode 999999999999</a>",
            "<a href='http://['>Episode 1</a><span class=zeebr>0 Mei,0000</span>",
            "<link rel=shortlink href='/?p=99999999999999999999'>",
            "<div class=mirrorstream><ul class=m99999p><li><a data-content='",
            "eyJpZCI6MSwiaSI6MCwicSI6IjQ4MHAifQ==",
            "'>ondesu</a>",
            "<div id=pembed><iframe src='",
            "javascript:alert(1)'></iframe>",
            "<div class=download><ul><li><strong>Mp4 480p</strong><a href='/x'>Mega</a><i>9999999999 GB</i>",
            '<script>data:{action:"00000000000000000000000000000000"},nonce:a,action:"1"</script>',
            "<video src='//'>",
            "\x00",
            "\ud83d\ude00",
            "</div>",
            "</ul>",
        ]
    )
    | st.text(max_size=6),
    max_size=14,
).map(lambda parts: "".join(parts).encode("utf-8", "replace"))
WORDS = (
    "data",
    "files",
    "name",
    "title",
    "url",
    "id",
    "uuid",
    "items",
    "docs",
    "response",
    "metadata",
    "query",
)
KEYS = st.sampled_from(
    [*WORDS, "pages", "imageinfo", "identifier", "format", "size", "streamingPlaylists", "files"]
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["/x", "1.mp4"])
)
JSON = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
).map(lambda found: json.dumps(found).encode())


def fed(steps: Generator[Request, Page, Any], bodies: list[bytes]) -> Any:
    """Run to the end with such pages. What fails has to have a name."""
    try:
        request = next(steps)
        for number in range(MOST_PAGES):
            body = bodies[number % len(bodies)]
            kind = "application/json" if body[:1] in b'{["0123456789ntf-' and body else "text/html"
            request = steps.send(Page(request.url, 200, {"content-type": kind}, body))
        steps.close()
    except StopIteration as done:
        return done.value
    except WellspringError as error:
        assert error.code in CODES, error.code  # noqa: PT017
    return None


def run_everything(definition: Definition, bodies: list[bytes]) -> None:
    if definition.catalog is not None:
        base = "https://site.example"
        for scope in definition.catalog.lists:
            fed(listing(definition, Place(base, scope, "words"), now), bodies)
        entry = entry_of(definition, base, "a-key" if definition.id != "peertube" else "abc")
        title = fed(details(definition, base, entry, now), bodies)
        assert title is None or json.loads(title.model_dump_json())["title"]
    if definition.resolve is not None:
        url = source_url(definition.id)
        source = SourceRef(source_id=1, quality=None, url=url, definition=definition.id)
        found = fed(pages(definition, source, now), bodies)
        for lead in found.leads[:6] if found is not None else ():
            fed(reach(lead, now), bodies)


def source_url(name: str) -> str:
    first = min((SITES / name).glob("*/source.json"))
    return str(json.loads(first.read_text())["url"])


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
@given(st.lists(HTML | JSON, min_size=1, max_size=3))
@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_page_makes_a_shipped_definition_fail_without_a_name(name: str, bodies: list[bytes]) -> None:
    run_everything(DEFINITIONS[name], bodies)


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_no_cut_of_a_saved_page_does_either(name: str) -> None:
    for path in sorted((SITES / name).glob("*/*.html"))[:4] + sorted((SITES / name).glob("*/*.json"))[:4]:
        body = path.read_bytes()
        for part in range(1, 6):
            run_everything(DEFINITIONS[name], [body[: len(body) * part // 6]])
