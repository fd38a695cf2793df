"""What a list of links says of each: the same as the player's script does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from wellspring_gateway.domain.why import Words, expiry_of, how_of, latency_of, made_of, plain_link, why_of

AT, LATER = "2026-11-21T09:00:00+00:00", "2026-11-21T10:02:30+00:00"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TOLD = "2026-11-21 09:00 UTC"


def health(**changes: Any) -> dict[str, Any]:
    known = {"state": "alive", "reason": None, "since": None, "checked_at": None, "ok_at": None}
    return known | {"latency_ms": None} | changes


def expiry(at: str | None, basis: str, evidence: str | None = None) -> dict[str, Any]:
    return {"at": at, "basis": basis, "evidence": evidence}


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (health(ok_at=AT), Words("js.why.alive", {"ago": TOLD})),
        (health(), Words("js.why.alive_sometime")),
        (health(state="unknown"), Words("js.why.unknown")),
        (health(state="unknown", checked_at=AT), Words("js.why.unknown_since", {"ago": TOLD})),
        (
            health(state="unknown", checked_at=AT, reason="throttled"),
            Words("js.why.unknown_reason", {"ago": TOLD}, "throttled"),
        ),
        (
            health(state="dead", reason="not_found", since=AT, checked_at=LATER),
            Words("js.why.dead", {"ago": TOLD}, "not_found"),
        ),
        (health(state="suspect", checked_at=AT), Words("js.why.suspect", {"ago": TOLD}, "other")),
        (health(state="dead"), Words("js.why.dead_sometime", {}, "other")),
    ],
)
def test_a_link_says_what_probes_saw_of_it(known: dict[str, Any], said: Words) -> None:
    assert why_of(known) == said


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (expiry(LATER, "parameter"), Words("js.expiry.in", minutes=63)),
        (expiry(LATER, "learned"), Words("js.expiry.in_guess", minutes=63)),
        (expiry(AT, "issued_at"), Words("js.expiry.past", {"ago": TOLD})),
        (expiry(AT, "default"), Words("js.expiry.past_guess", {"ago": TOLD})),
        (expiry(None, "default"), Words("js.expiry.unknown")),
    ],
)
def test_a_link_says_when_it_runs_out(known: dict[str, Any], said: Words) -> None:
    assert expiry_of(known, NOW) == said


@pytest.mark.parametrize(
    ("basis", "evidence", "said"),
    [
        ("parameter", "X-Amz-Expires", Words("js.how.parameter", {"evidence": "X-Amz-Expires"})),
        ("parameter", None, Words("js.how.parameter_plain")),
        ("issued_at", "issued 14:02 + 2 h", Words("js.how.issued", {"time": "14:02", "life": "2 h"})),
        ("issued_at", "Sunset header", Words("js.how.issued_at", {"evidence": "Sunset header"})),
        (
            "learned",
            "learned: 5.8 h from 38 links of pixel",
            Words("js.how.learned", {"span": "5.8 h", "count": 38}),
        ),
        ("default", "definition: 3 h", Words("js.how.definition", {"life": "3 h"})),
        ("default", "default", Words("js.how.default_plain")),
    ],
)
def test_a_link_says_how_its_expiry_is_known(basis: str, evidence: str | None, said: Words) -> None:
    assert how_of(expiry(LATER, basis, evidence)) == said


def test_where_no_expiry_is_known_nobody_says_how() -> None:
    assert how_of(expiry(None, "default", "default")) is None


@pytest.mark.parametrize(
    ("changes", "state", "url"),
    [
        ({}, "alive", "https://files.example/a"),
        ({"state": "suspect"}, "suspect", "https://files.example/a"),
        ({"state": "dead", "offered": False}, "dead", None),
        ({"offered": False}, "expired", None),
        ({"url": "javascript:alert(1)"}, "alive", None),
    ],
)
def test_only_what_is_offered_can_be_followed(changes: dict[str, Any], state: str, url: str | None) -> None:
    link = {"state": "alive", "offered": True, "url": "https://files.example/a", "quality": 480}
    link |= {"server": "pixel", "health": health(), "expiry": expiry(None, "default"), "scraped_at": None}
    link |= changes
    found = plain_link(link, NOW)
    assert (found.state, found.url, len(found.words)) == (state, url, 2)


def test_a_list_tells_all_that_is_known_of_a_link_in_the_order_of_the_players_small_print() -> None:
    link: dict[str, Any] = {
        "state": "alive",
        "offered": True,
        "url": "https://files.example/a",
        "quality": 480,
    }
    link |= {"server": "pixel", "health": health(latency_ms=140), "scraped_at": AT}
    told = plain_link(link | {"expiry": expiry(LATER, "parameter")}, NOW).words
    assert [each.key.removeprefix("js.") for each in told] == [
        "why.alive_sometime",
        "why.latency",
        "expiry.in",
        "how.parameter_plain",
        "why.made",
    ]
    assert told[1] == latency_of(link["health"]) == Words("js.why.latency", {"ms": 140})
    assert told[-1] == made_of(AT) == Words("js.why.made", {"ago": TOLD})


def test_what_nobody_measured_or_wrote_down_is_not_told() -> None:
    assert (latency_of(health()), made_of(None)) == (None, None)
