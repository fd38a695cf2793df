"""Runs the scraper."""

import sys

# structlog takes rich in where it is installed, to draw tracebacks in a terminal: 6 MB next to a browser
sys.modules["rich"] = None  # type: ignore[assignment]

from wellspring_common.runtime import run  # noqa: E402  (after what the lines above set)

from .wiring import wire  # noqa: E402  (after what the lines above set)

if __name__ == "__main__":
    run("scraper", wire)
