"""The rules of decisions, as the settings make them."""

from datetime import timedelta

from ..domain.rules import Rules
from ..settings import UploadSettings


def rules_of(settings: UploadSettings) -> Rules:
    """Return the rules of every decision."""
    return Rules(
        backoff=tuple(timedelta(seconds=one) for one in settings.retry_after_s) or Rules().backoff,
        confirm_over=timedelta(seconds=settings.confirm_over_s),
        look_first=timedelta(seconds=settings.look_first_s),
    )
