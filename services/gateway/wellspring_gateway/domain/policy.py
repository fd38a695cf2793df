"""What a page of ours may load and show, as browsers are told."""

from collections.abc import Iterable

CSP = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "media-src * blob:; "
    # Video.js fetches HLS playlists and segments itself, from the media's own hosts
    "connect-src *; "
    "font-src 'self'; "
    "worker-src 'self' blob:; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'"
)


def policy_with(hosts: Iterable[str]) -> str:
    """Return the policy of a page that may show frames of these hosts, and of no others."""
    frames = " ".join(hosts)
    return f"{CSP}; frame-src {frames}" if frames else CSP
