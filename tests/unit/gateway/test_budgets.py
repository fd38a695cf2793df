"""How often one client may ask for what is dear."""

from datetime import UTC, datetime, timedelta

from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.budgets import LIMIT_OF, Budget, Budgets

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_each_client_and_each_kind_is_counted_apart() -> None:
    budgets = Budgets()
    for _ in range(2):
        assert budgets.retry_after(Budget.SCRAPE, "a", most=2, now=NOW) is None
    assert budgets.retry_after(Budget.SCRAPE, "a", most=2, now=NOW + timedelta(seconds=20)) == 40
    assert budgets.retry_after(Budget.SCRAPE, "b", most=2, now=NOW) is None
    assert budgets.retry_after(Budget.SEARCH, "a", most=2, now=NOW) is None


def test_a_limit_that_is_raised_holds_at_once_and_a_minute_later_all_is_forgotten() -> None:
    budgets = Budgets()
    assert budgets.retry_after(Budget.LOGIN, "a", most=1, now=NOW) is None
    assert budgets.retry_after(Budget.LOGIN, "a", most=1, now=NOW) == 60
    assert budgets.retry_after(Budget.LOGIN, "a", most=2, now=NOW) is None
    assert budgets.retry_after(Budget.LOGIN, "a", most=1, now=NOW + timedelta(minutes=1)) is None


def test_every_kind_has_a_setting_for_its_limit() -> None:
    assert set(LIMIT_OF) == set(Budget)
    assert {LIMIT_OF[budget] for budget in Budget} <= set(Tunables.model_fields)
