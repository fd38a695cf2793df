"""Which expiry is stored with a link."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.refresher.happenings import link
from wellspring_common.events.scrape import ExpiryBasis, FoundLink
from wellspring_refresher.domain.belief import Before, Belief, believed
from wellspring_refresher.domain.lifetimes import Lifetime

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIFE = Lifetime(2 * 3600.0, 4 * 3600.0, 5 * 3600.0, 30, 8)
GUESS = Belief(NOW + 6 * HOUR, ExpiryBasis.DEFAULT, "default")
SUNSET = Belief(NOW + HOUR, ExpiryBasis.ISSUED_AT, "Sunset header")


def found(basis: ExpiryBasis = ExpiryBasis.DEFAULT, evidence: str = "default") -> FoundLink:
    changes = {"expires_at": NOW + 6 * HOUR, "expiry_basis": basis, "expiry_evidence": evidence}
    return link("pixel", "https://x/1").model_copy(update=changes)


def before(belief: Belief, url: str = "https://x/1", age: timedelta = HOUR) -> Before:
    return Before(url, NOW - age, belief)


def test_what_the_url_says_stands_whatever_was_learned() -> None:
    said = found(ExpiryBasis.PARAMETER, "expires")
    belief = believed(said, before(SUNSET), LIFE, seen_at=NOW)
    assert belief == Belief(NOW + 6 * HOUR, ExpiryBasis.PARAMETER, "expires")


def test_a_guess_is_bettered_by_what_was_learned() -> None:
    belief = believed(found(), None, LIFE, seen_at=NOW)
    assert (belief.expires_at, belief.basis) == (NOW + 2 * HOUR, ExpiryBasis.LEARNED)
    assert belief.evidence == "learned: 2.0–5.0 h from 38 links of pixel"


def test_a_guess_stays_where_nothing_was_learned() -> None:
    assert believed(found(), None, None, seen_at=NOW) == GUESS


def test_the_issuers_word_on_the_same_url_is_kept() -> None:
    assert believed(found(), before(SUNSET), LIFE, seen_at=NOW) == SUNSET


def test_the_issuers_word_on_another_url_counts_for_nothing() -> None:
    belief = believed(found(), before(SUNSET, url="https://x/0"), LIFE, seen_at=NOW)
    assert (belief.expires_at, belief.basis) == (NOW + 2 * HOUR, ExpiryBasis.LEARNED)


def test_a_word_that_a_living_link_has_outlived_is_not_kept() -> None:
    past = Belief(NOW - HOUR, ExpiryBasis.PARAMETER, "exp")
    assert believed(found(), before(past), None, seen_at=NOW) == GUESS


@pytest.mark.parametrize(("age", "left"), [(HOUR, HOUR), (3 * HOUR, HOUR), (6 * HOUR, 6 * HOUR)])
def test_a_life_counts_from_when_the_url_was_first_seen(age: timedelta, left: timedelta) -> None:
    belief = believed(found(), before(GUESS, age=age), LIFE, seen_at=NOW)
    assert belief.expires_at == NOW + left
