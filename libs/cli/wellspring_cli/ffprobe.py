"""An ffprobe: found, or installed where that is ours to do, or explained."""

import os
import shutil
import sys
from pathlib import Path

from .console import warn
from .debian import installed

PROGRAM = "ffprobe"


def ensure_ffprobe() -> Path | None:
    """Return an ffprobe, or None after saying how to get one."""
    named = os.environ.get("WELLSPRING_FFPROBE")
    if named and os.access(named, os.X_OK):
        return Path(named)
    found = shutil.which(PROGRAM)
    if found is None and installed("ffmpeg"):
        found = shutil.which(PROGRAM)
    if found is None:
        command = "brew install ffmpeg" if sys.platform == "darwin" else "sudo apt-get install -y ffmpeg"
        warn(f"There is no ffprobe here, so what needs one is left out. Get one with: {command}")
        return None
    return Path(found)
