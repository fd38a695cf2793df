"""lychee, as the baseline of probing: by HEAD, without its own limits, retries or cache."""

from pathlib import Path

BINARY = Path(__file__).parent / "baselines" / ".venv" / "bin" / "lychee"


def lychee_command(links: Path, out: Path) -> list[str]:
    """Return what runs lychee."""
    if not BINARY.exists():
        raise SystemExit("lychee is missing. It is installed by ./wellspring bench.")
    limits = ["--max-concurrency", "256", "--host-concurrency", "256", "--host-request-interval", "0ms"]
    accepted = ["--accept", "200..=299,403,404,410", "--max-retries", "0", "--timeout", "10"]
    said = ["--no-progress", "--format", "json", "--output", str(out)]
    return [str(BINARY), *limits, *accepted, *said, "-X", "head", str(links)]
