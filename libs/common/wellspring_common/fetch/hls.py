"""What the first thing is that an HLS manifest leads to."""

import re
from dataclasses import dataclass

from yarl import URL

LONGEST_LINE = 8192
_MAP = re.compile(r'URI="([^"]+)"')


@dataclass(frozen=True)
class Part:
    """A URL in a manifest: of another manifest, or of media."""

    url: str
    is_list: bool


def first_part(text: str, *, base: str) -> Part | None:
    """Return where a manifest leads first, or nothing where it leads nowhere.

    A master leads to its first variant, a media list to its initialisation section or first segment.
    `base` is the manifest's own URL, to which the others may be relative.
    """
    variant = False
    for raw in text.lstrip("\ufeff").splitlines():
        line = raw.strip()
        if not line or len(line) > LONGEST_LINE:
            continue
        if line.startswith("#EXT-X-STREAM-INF"):
            variant = True
        elif line.startswith("#EXT-X-MAP:") and (found := _MAP.search(line)):
            return _part(found.group(1), base, is_list=False)
        elif not line.startswith("#"):
            return _part(line, base, is_list=variant)
    return None


def _part(reference: str, base: str, *, is_list: bool) -> Part | None:
    try:
        url = URL(base, encoded=True).join(URL(reference, encoded=True))
    except ValueError:
        return None
    return Part(str(url), is_list)
