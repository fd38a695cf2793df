from datetime import UTC, datetime, timedelta

from tests.unit.common.event_samples import LINK
from wellspring_common.events.scrape import Problem, Rung, SourceResult
from wellspring_refresher.domain.merge import (
    JobState,
    browsed_of,
    counts_of,
    fresh_results,
    problems_of,
    state_of,
)

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def gave(source_id: int, links: int = 1, *problems: Problem, elapsed_ms: int = 10) -> SourceResult:
    return SourceResult(
        source_id=source_id,
        quality=720,
        rung=Rung.STATIC,
        links=(LINK,) * links,
        problems=problems,
        pages=2,
        elapsed_ms=elapsed_ms,
    )


def test_a_source_that_holds_nothing_takes_any_result() -> None:
    assert fresh_results([gave(1)], started_at=NOW, held={}) == [gave(1)]


def test_a_result_of_an_older_job_is_too_late() -> None:
    held = {1: NOW + timedelta(seconds=1), 2: NOW - timedelta(seconds=1)}
    assert fresh_results([gave(1), gave(2)], started_at=NOW, held=held) == [gave(2)]


def test_a_source_that_was_spared_is_no_partial_result() -> None:
    spared = Problem(code="spared", detail="Left alone.", server="jealous")
    drift = Problem(code="drift", detail="The page changed.")
    assert state_of([gave(1), gave(2, 0, spared)]) is JobState.SUCCEEDED
    assert state_of([gave(1), gave(2, 0, spared, drift)]) is JobState.PARTIAL
    assert state_of([gave(1), gave(2, 0)]) is JobState.PARTIAL


def test_the_same_job_may_bring_its_result_again() -> None:
    assert fresh_results([gave(1)], started_at=NOW, held={1: NOW}) == [gave(1)]


def test_a_source_that_gave_nothing_changes_nothing() -> None:
    assert fresh_results([gave(1, links=0)], started_at=NOW, held={}) == []


def test_a_job_is_partial_unless_every_source_gave_something() -> None:
    assert state_of([gave(1), gave(2)]) is JobState.SUCCEEDED
    assert state_of([gave(1), gave(2, links=0)]) is JobState.PARTIAL


def test_the_figures_of_a_job_add_up() -> None:
    counts = counts_of([gave(1, 3, elapsed_ms=40), gave(2, 0, elapsed_ms=90), gave(3, 2)])
    assert counts == {"sources": 3, "sources_with_links": 2, "links": 5, "pages": 6, "elapsed_ms": 90}
    assert counts_of([])["elapsed_ms"] == 0


def test_every_problem_is_kept_with_its_quality() -> None:
    busy, decoy = Problem(code="http_503", detail="busy", server="fsl"), Problem(code="decoy", detail="ad")
    assert problems_of([gave(1, 1, busy), gave(2), gave(3, 0, decoy)]) == [
        {"quality": 720, "code": "http_503", "detail": "busy", "url": None, "server": "fsl"},
        {"quality": 720, "code": "decoy", "detail": "ad", "url": None, "server": None},
    ]


def test_why_a_browser_was_opened_is_kept_for_each_source_that_needed_one() -> None:
    because = "drift: 0 of 2 servers without a browser"
    needed = gave(1, 3).model_copy(update={"escalated_because": because})
    assert browsed_of([needed, gave(2)]) == [
        {"quality": 720, "code": "drift", "because": because, "links": 3}
    ]
