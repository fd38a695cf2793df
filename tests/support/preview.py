"""The preview of all pages with made-up data, running beside a test."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import wellspring_gateway

_SERVE = Path(wellspring_gateway.__file__).parents[1] / "web" / "preview" / "serve.py"


@contextmanager
def running_preview(media: Path | None = None) -> Generator[str]:
    """Yield the address of a preview on a free port, without the slash at its end.

    Its players play where `media` is a folder with a `sample.mp4`.
    """
    command = [sys.executable, str(_SERVE), "--port", "0", *(("--media", str(media)) if media else ())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().rstrip("/")
        finally:
            process.kill()
