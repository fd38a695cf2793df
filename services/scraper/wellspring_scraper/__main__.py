"""Runs the scraper."""

import wellspring_common.lean  # noqa: F401  (before what imports structlog)
from wellspring_common.runtime import run

from .wiring import wire

if __name__ == "__main__":
    run("scraper", wire)
