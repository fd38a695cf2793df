"""How often one client may ask for what is dear."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from .plays import RateLimit


class Budget(StrEnum):
    """What is counted apart, each with a limit of its own."""

    SCRAPE = "scrape"
    SEARCH = "search"
    LOGIN = "login"


LIMIT_OF: Mapping[Budget, str] = {
    Budget.SCRAPE: "scrapes_per_client_minute",
    Budget.SEARCH: "searches_per_client_minute",
    Budget.LOGIN: "sign_ins_per_client_minute",
}
"""The run-time setting that says how many a minute."""


class Budgets:
    """Counts by client in memory, a bounded number of clients: another process counts for itself."""

    def __init__(self) -> None:
        self._counted = {budget: RateLimit() for budget in Budget}

    def retry_after(self, budget: Budget, client: str, *, most: int, now: datetime) -> float | None:
        """Count one request, and return for how many seconds this client has to wait, if it has to."""
        return self._counted[budget].retry_after(client, now=now, most=most)
