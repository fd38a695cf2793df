"""Which qualities the episode form offers fields for."""

from collections.abc import Iterable
from dataclasses import dataclass

from .episodes import LINK_FIELD, QUALITIES

_KNOWN = (360, 480, 720, 1080, 1440, 2160)


@dataclass(frozen=True)
class LinkFields:
    """Names of fields: those in sight, and those that are folded away."""

    usual: tuple[str, ...]
    rare: tuple[str, ...]


def link_fields(qualities: Iterable[int], entered: Iterable[str]) -> LinkFields:
    """Return the fields for the setting `qualities`, the other common ones, and any that was filled in."""
    usual = list(dict.fromkeys(quality for quality in qualities if quality in QUALITIES)) or [720]
    rare = {quality for quality in _KNOWN if quality not in usual}
    for name in entered:
        found = LINK_FIELD.match(name)
        number = found["quality"] if found is not None else ""
        if (
            number.isascii()
            and number.isdigit()
            and int(number[:6]) in QUALITIES
            and int(number) not in usual
        ):
            rare.add(int(number))
    return LinkFields(tuple(f"link{one}" for one in usual), tuple(f"link{one}" for one in sorted(rare)))
