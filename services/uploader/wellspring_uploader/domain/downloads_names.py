"""What files on the uploader's disk are called."""

import re
import unicodedata
from decimal import Decimal
from pathlib import PurePosixPath

PARTS = ".parts"
"""The folder of files that are not whole. Nothing in it is anybody's film."""
LONGEST = 80
_UNSAFE = re.compile(r"[^a-z0-9]+")
# Names that Windows keeps for itself: a share of this folder should show every film.
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])$")
_SUFFIXES = {"mp4": "mp4", "webm": "webm", "mkv": "mkv", "other": "ts", "mpegts": "ts"}


def folder_of(slug: str, title_id: int) -> str:
    """Return the folder of a title: letters, digits and hyphens, whatever the title is."""
    plain = unicodedata.normalize("NFKD", slug).encode("ascii", "ignore").decode().lower()
    name = _UNSAFE.sub("-", plain).strip("-")[:LONGEST].strip("-")
    if not name or _RESERVED.match(name):
        return f"title-{title_id}"
    # Two slugs may look alike once they are plain: then the title's number tells them apart.
    return name if name == slug else f"{name}-{title_id}"


def file_of(
    *, folder: str, season: int, number: Decimal, quality: int | None, container: str, ordinal: int = 1
) -> str:
    """Return the path of an episode's file below the media folder: `folder/S01E012 - 720p.mp4`.

    `ordinal` tells apart what would have the same name.
    """
    whole, _, rest = format(number.normalize(), "f").partition(".")
    episode = f"S{season:02d}E{int(whole):03d}" + (f".{rest}" if rest else "")
    lines = f" - {quality}p" if quality else ""
    again = f" ({ordinal})" if ordinal > 1 else ""
    suffix = _SUFFIXES.get(container, "mp4")
    return str(PurePosixPath(folder) / f"{episode}{lines}{again}.{suffix}")
