"""A query in the language of Postgres' full text search, made of words that were folded there."""

from dataclasses import dataclass

MOST_WORDS = 12
TITLE, TOLD, ANYWHERE = "A", "ABC", ""


@dataclass(frozen=True)
class Asked:
    """What was asked: the whole text folded, and its words, each as its parts.

    A word of a script without spaces has a part for each sign.
    """

    key: str
    words: tuple[tuple[str, ...], ...]

    def tsquery(self, weights: str) -> str:
        """Return all words, found in the fields of these weights. Of the last one the beginning is enough."""
        last = len(self.words) - 1
        return " & ".join(
            _phrase(parts, weights, prefix=at == last) for at, parts in enumerate(self.words[: last + 1])
        )

    @property
    def plain_words(self) -> list[str]:
        """Return the words that a spelling can be looked up for."""
        return [parts[0] for parts in self.words if len(parts) == 1]


def asked_for(key: str, split: list[str]) -> Asked:
    """Return what was asked, from the folded text and each of its words split into parts."""
    words = tuple(tuple(each.split()) for each in split[:MOST_WORDS])
    return Asked(key, tuple(parts for parts in words if parts))


def _phrase(parts: tuple[str, ...], weights: str, *, prefix: bool) -> str:
    # folding left neither quotes nor backslashes: only the service that asks knows that, so they go again
    clean = [part.replace("\\", "").replace("'", "") for part in parts]
    marks = [weights] * (len(clean) - 1) + [("*" if prefix else "") + weights]
    said = [f"'{part}':{mark}" if mark else f"'{part}'" for part, mark in zip(clean, marks, strict=True)]
    return f"({' <-> '.join(said)})" if len(said) > 1 else said[0]
