"""Entry point: `python -m wellspring_cli`."""

import os
import sys

from . import stem

INTERRUPTED = 130


def main() -> None:
    """Run a verb and turn what went wrong into words and an exit code."""
    if stem.is_wanted(sys.argv, os.environ):
        stem.begin()
    from .app import app  # noqa: PLC0415  (nothing may be loaded before a stem is)
    from .console import Failure, explain  # noqa: PLC0415  (nothing may be loaded before a stem is)

    try:
        app(prog_name="./wellspring")
    except Failure as failure:
        explain(failure)
        sys.exit(failure.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
