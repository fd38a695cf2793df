"""Entry point: `python -m wellspring_cli`."""

import sys

from .app import app
from .console import Failure, explain

INTERRUPTED = 130


def main() -> None:
    """Run a verb and turn what went wrong into words and an exit code."""
    try:
        app(prog_name="./wellspring")
    except Failure as failure:
        explain(failure)
        sys.exit(failure.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
