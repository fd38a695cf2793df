"""When a browser is asked for, and what becomes of both answers."""

import pytest

from tests.unit.scraper.fakes import NOW
from wellspring_common.events.scrape import (
    Container,
    ExpiryBasis,
    FoundLink,
    LinkKind,
    Problem,
    Rung,
    SourceResult,
)
from wellspring_scraper.domain.escalation import merged, told, why_a_browser


def link(server: str, *, url: str = "https://file.example/1") -> FoundLink:
    return FoundLink(
        server=server,
        label=server,
        kind=LinkKind.STREAM,
        container=Container.MP4,
        url=url,
        quality=720,
        expires_at=NOW,
        expiry_basis=ExpiryBasis.DEFAULT,
        verified=True,
    )


def result(*servers: str, problems: tuple[Problem, ...] = (), rung: Rung = Rung.STATIC) -> SourceResult:
    links = tuple(link(server) for server in servers)
    return SourceResult(
        source_id=1, quality=720, rung=rung, links=links, problems=problems, pages=1, elapsed_ms=10
    )


def problem(code: str, server: str | None = None) -> Problem:
    return Problem(code=code, detail="", server=server)


@pytest.mark.parametrize(
    ("found", "problems", "why"),
    [
        (("a", "b"), (), None),
        (("a", "b", "c"), (problem("unknown_server"),), None),
        (("a",), (), "few_servers"),
        ((), (problem("drift"),), "drift"),
        ((), (problem("soft_expired"),), "soft_expired"),
        (("a",), (problem("unknown_server"),), "few_servers"),
        (("a",), (problem("not_found", "b"),), "few_servers"),
        # the host of the other server is away, and would be for a browser
        (("a",), (problem("server_error", "b"),), None),
        ((), (problem("not_found"),), None),
        ((), (problem("blocked"),), None),
        ((), (problem("blocked_address"),), None),
        ((), (problem("forbidden"),), None),
        ((), (problem("unknown_definition"),), None),
        ((), (problem("page_too_complex"),), None),
        ((), (problem("throttled"),), None),
        ((), (problem("timeout"),), None),
        ((), (problem("dns"),), None),
    ],
)
def test_a_browser_is_asked_for_only_where_a_script_may_help(
    found: tuple[str, ...], problems: tuple[Problem, ...], why: str | None
) -> None:
    assert why_a_browser(result(*found, problems=problems), 2) == why


def test_the_number_of_servers_is_the_operators() -> None:
    assert why_a_browser(result("a"), 1) is None
    assert why_a_browser(result("a", "b"), 3) == "few_servers"


def test_a_file_needs_no_browser() -> None:
    assert why_a_browser(result("direct", rung=Rung.DIRECT), 2) is None


def test_the_reason_says_how_much_was_there() -> None:
    assert told("drift", result("a"), 2) == "drift: 1 of 2 servers without a browser"


def test_what_the_browser_found_comes_first_and_nothing_is_lost() -> None:
    plain = result("a", "b", problems=(problem("drift"),))
    browsed = result("b", "c", rung=Rung.BROWSER)
    found = merged(plain, browsed, "few")
    assert [one.server for one in found.links] == ["b", "c", "a"]
    assert (found.rung, found.problems, found.pages, found.elapsed_ms) == (Rung.BROWSER, (), 2, 20)
    assert found.escalated_because == "few"


def test_a_browser_that_found_nothing_has_the_last_word_on_the_page() -> None:
    plain = result("a", problems=(problem("drift"), problem("html_body", "b")))
    found = merged(plain, result(problems=(problem("browser_crash"),), rung=Rung.BROWSER), "drift")
    assert found.rung is Rung.STATIC
    assert [one.code for one in found.problems] == ["browser_crash", "html_body"]
    assert [one.server for one in found.links] == ["a"]


def test_without_a_browser_the_page_keeps_its_own_problem() -> None:
    plain = result(problems=(problem("drift"),))
    found = merged(plain, result(problems=(problem("browser_unavailable"),), rung=Rung.BROWSER), "drift")
    assert [one.code for one in found.problems] == ["browser_unavailable", "drift"]
