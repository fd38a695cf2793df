"""Titles and descriptions of films, made of what its owner wrote once for a whole series."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from wellspring_common.errors import Permanent

FIELDS = ("title", "season", "number", "episode", "year", "synopsis")
LONGEST_TITLE = 255
LONGEST_DESCRIPTION = 3000
SHORTEST_NAME = 20
"""So much of a name stays at least, however long the rest is."""
_LONGEST_TITLES = {"peertube": 120}
_FIELD = re.compile(r"\{([^{}]*)\}")
_SPACES = re.compile(r"[ \t]+")
_ELLIPSIS = "…"


class BadTemplate(Permanent):
    """A template that cannot be filled in. The message says which part of it, and what may stand there."""

    code = "bad_template"


@dataclass(frozen=True)
class Facts:
    """What templates know of an episode."""

    title: str
    season: int
    number: Decimal
    episode: str | None = None
    year: int | None = None
    synopsis: str | None = None

    def values(self) -> Mapping[str, str]:
        """Return the fields by name. What is not known is empty."""
        return {
            "title": self.title,
            "season": str(self.season),
            "number": plain(self.number),
            "episode": self.episode or "",
            "year": "" if self.year is None else str(self.year),
            "synopsis": self.synopsis or "",
        }


def plain(number: Decimal) -> str:
    """Return an episode's number as people write it: 12, 12.5."""
    return f"{number.normalize():f}"


def check(template: str) -> None:
    """Raise `BadTemplate` unless every field of a template is known."""
    rest = _FIELD.sub("", template)
    if "{" in rest or "}" in rest:
        raise BadTemplate("A { or } stands alone in the template: write a field as {title}.")
    for name in _FIELD.findall(template):
        if name not in FIELDS:
            known = ", ".join(f"{{{field}}}" for field in FIELDS)
            raise BadTemplate(f"The template's field {{{name}}} is unknown: there are {known}.")


def video_title(template: str, facts: Facts, *, most: int = LONGEST_TITLE) -> str:
    """Return a film's title on one line, of `most` characters. Raises `BadTemplate`.

    Where it is too long, the names in it are cut and not what is behind them: episodes keep their numbers.
    """
    filled = _on_one_line(template, facts)
    for name in ("episode", "title"):
        value, over = " ".join((getattr(facts, name) or "").split()), len(filled) - most
        if over <= 0:
            break
        left = len(value) - -(-over // max(template.count(f"{{{name}}}"), 1))
        cut: dict[str, Any] = {name: shortened(value, max(left, min(len(value), SHORTEST_NAME)))}
        facts = replace(facts, **cut)
        filled = _on_one_line(template, facts)
    if not filled:
        raise BadTemplate("The title's template makes an empty title for this episode.")
    return shortened(filled, most)


def _on_one_line(template: str, facts: Facts) -> str:
    filled = " ".join(_filled(template, facts).split())
    # "Show - Episode 3: " where the episode has no name of its own
    return filled.strip(" -\u2013:|·")


def longest_title(kind: str) -> int:
    """Return how long a title may be on a kind of platform."""
    return _LONGEST_TITLES.get(kind, LONGEST_TITLE)


def description(template: str, facts: Facts) -> str:
    """Return a film's description. Raises `BadTemplate`."""
    return shortened(_SPACES.sub(" ", _filled(template, facts)).strip(), LONGEST_DESCRIPTION)


def shortened(text: str, most: int) -> str:
    """Return a text cut at a word, with dots where something is missing."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > most // 2 else cut).rstrip() + _ELLIPSIS


def _filled(template: str, facts: Facts) -> str:
    check(template)
    values = facts.values()
    return _FIELD.sub(lambda found: values[found[1]], template)
