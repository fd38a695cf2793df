"""Names of titles and episodes."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

LONGEST_SLUG = 80
HIGHEST_NUMBER = Decimal("99999.99")
_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?")


def slug_of(title: str) -> str:
    """Return the part of a URL that stands for a title: `title` where nothing of it survives in ASCII."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-") or "title"


def slugs_of(title: str, *, most: int) -> Iterator[str]:
    """Yield the slugs to try for a title, one after another until one is free."""
    slug = slug_of(title)
    yield slug
    for ordinal in range(2, most + 1):
        yield f"{slug}-{ordinal}"


def slug_with(slug: str, *told_apart_by: str) -> str:
    """Return a slug that no other title has, whatever its name."""
    return f"{slug}-{hashlib.sha256('/'.join(told_apart_by).encode()).hexdigest()[:16]}"


def parse_number(text: str) -> Decimal | None:
    """Return an episode's number (0, 7, 12.5 or 12,5), or nothing for what is none."""
    if _NUMBER.fullmatch(text.strip()) is None:
        return None
    number = Decimal(text.strip().replace(",", "."))
    return number if number <= HIGHEST_NUMBER and number == round(number, 2) else None


def number_text(number: Decimal) -> str:
    """Return an episode's number as people write it: 1, 12.5."""
    return format(number.normalize(), "f")


def label_of(*, kind: str, season: int, number: Decimal) -> str:
    """Return the short label of an episode: `S1 E12.5`, or nothing for a film."""
    return "" if kind == "movie" else f"S{season} E{number_text(number)}"


@dataclass(frozen=True)
class EpisodeHead:
    """What a page needs to know of an episode before its links."""

    id: int
    title_id: int
    title: str
    slug: str
    kind: str
    season: int
    number: Decimal
    name: str | None

    @property
    def label(self) -> str:
        """Return the short label."""
        return label_of(kind=self.kind, season=self.season, number=self.number)
