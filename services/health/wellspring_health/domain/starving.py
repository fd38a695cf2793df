"""When it is told that an episode has too few links."""

from datetime import timedelta

TOLD_AGAIN = timedelta(hours=6)
"""An episode that stays starved is told again after so long."""
