"""lychee, as the baseline of probing: by HEAD, without its own limits, retries or cache."""

import shutil
import subprocess
from pathlib import Path

BASELINES = Path(__file__).parent / "baselines"


def lychee_command(links: Path, out: Path) -> list[str]:
    """Return what runs lychee, installed at the first call."""
    uv = shutil.which("uv")
    if uv is None:
        raise SystemExit("This benchmark needs uv, to install lychee.")
    subprocess.run([uv, "sync", "-q", "--frozen", "--project", str(BASELINES)], check=True)
    limits = ["--max-concurrency", "256", "--host-concurrency", "256", "--host-request-interval", "0ms"]
    accepted = ["--accept", "200..=299,403,404,410", "--max-retries", "0", "--timeout", "10"]
    binary = BASELINES / ".venv" / "bin" / "lychee"
    said = ["--no-progress", "--format", "json", "--output", str(out)]
    return [str(binary), *limits, *accepted, *said, "-X", "head", str(links)]
