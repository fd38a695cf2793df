import pytest

from tests.unit.common.event_samples import LINK
from wellspring_common.events.scrape import Problem, Rung, SourceResult
from wellspring_refresher.domain.gone import gone_and_not, is_gone


def gave(*codes: str, server: str | None = None, links: int = 0, source_id: int = 1) -> SourceResult:
    return SourceResult(
        source_id=source_id,
        quality=720,
        rung=Rung.STATIC,
        links=(LINK,) * links,
        problems=tuple(Problem(code=code, detail="", server=server) for code in codes),
        pages=1,
        elapsed_ms=1,
    )


def test_a_page_that_is_not_there_is_gone() -> None:
    assert is_gone(gave("not_found"))


@pytest.mark.parametrize(
    "code", ["timeout", "drift", "blocked", "forbidden", "server_error", "dns", "soft_expired", "throttled"]
)
def test_nothing_else_is_gone(code: str) -> None:
    assert not is_gone(gave(code))
    assert not is_gone(gave("not_found", code))


def test_a_server_whose_file_is_missing_does_not_make_the_page_gone() -> None:
    assert not is_gone(gave("not_found", server="pixel"))
    assert not is_gone(gave("not_found", links=1))
    assert not is_gone(gave())


def test_sources_are_told_apart() -> None:
    results = [gave("not_found", source_id=2), gave("timeout", source_id=3), gave("not_found", source_id=1)]
    assert gone_and_not(results) == ([1, 2], [3])
