"""Imported before anything else by whatever runs for long: leaves out what only a terminal needs.

structlog takes rich in where it is installed, to draw tracebacks: 5 MB of each service.
"""

import sys

# None tells Python's imports that there is no such module; the types of the standard library leave that out.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
