"""Jobs that find more than the broker takes in one event."""

import pytest

from tests.unit.scraper.fakes import JOB, NOW, request_for
from wellspring_common.events.scrape import (
    Container,
    ExpiryBasis,
    FoundLink,
    LinkKind,
    LinksScraped,
    Problem,
    Rung,
    ScrapeFailed,
    SourceRef,
    SourceResult,
)
from wellspring_common.events.topology import EVENTS
from wellspring_scraper.domain.results import MOST_BYTES, fitting
from wellspring_scraper.handlers import conclude

HEADERS = 8 * 1024


def link(number: int, length: int) -> FoundLink:
    return FoundLink(
        server=f"s{number}",
        label="S",
        kind=LinkKind.STREAM,
        container=Container.MP4,
        url="https://file.example/" + "x" * length,
        quality=720,
        expires_at=NOW,
        expiry_basis=ExpiryBasis.DEFAULT,
        verified=True,
    )


def result(number: int, links: int, problems: int, length: int = 8000) -> SourceResult:
    trouble = Problem(code="drift", detail="d" * 500, url="https://page.example/" + "y" * length)
    return SourceResult(
        source_id=number,
        quality=720,
        rung=Rung.STATIC,
        links=tuple(link(one, length) for one in range(links)),
        problems=(trouble,) * problems,
        pages=1,
        elapsed_ms=1,
    )


def ended(*results: SourceResult) -> LinksScraped | ScrapeFailed:
    sources = (SourceRef(source_id=1, quality=720, url="https://page.example/1", definition="d"),)
    return conclude(request_for(*sources), 1, NOW, NOW, results)


@pytest.mark.parametrize("links", [0, 120])
def test_what_a_job_ends_with_fits_into_an_event(links: int) -> None:
    event = ended(result(1, links, 120), result(2, links, 120), result(3, min(links, 1), 1))
    assert event.job_id == JOB
    assert isinstance(event, LinksScraped) is bool(links)
    assert len(event.model_dump_json().encode()) < EVENTS.largest - HEADERS
    assert [one.source_id for one in event.results] == [1, 2, 3]
    assert event.results[2] == result(3, min(links, 1), 1)
    assert [len(one.links) > 5 for one in event.results] == [bool(links), bool(links), False]
    assert all(one.links or one.problems for one in event.results)
    assert event.results[0].problems[-1].code == "too_large"


def test_what_fits_is_left_as_it_is() -> None:
    results = (result(1, 3, 3, length=100), result(2, 0, 1))
    assert fitting(results) == results
    assert EVENTS.largest - HEADERS > MOST_BYTES
