"""Words that were probably meant, by how many slips of the finger away they are."""

from collections.abc import Iterable, Mapping

SHORTEST = 3
_SLIPS_BY_LENGTH = ((3, 0), (6, 1), (99, 2))
"""How many slips a word of less than so many letters may have."""


def slips_between(one: str, other: str, *, most: int) -> int:
    """Return how many letters were added, dropped, changed or swapped. Beyond `most` it is `most + 1`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = list[int](), list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        last, before, row = before, row, [at]
        for to, against in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != against))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == against:
                cost = min(cost, last[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def swaps_of(word: str) -> list[str]:
    """Return a word with each two neighbouring letters swapped."""
    return [f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}" for at in range(len(word) - 1)]


def slips_allowed(word: str) -> int:
    """Return how many slips are believed of a word: in a short one every slip makes another word."""
    return next((slips for length, slips in _SLIPS_BY_LENGTH if len(word) < length), 2)


def meant_by(word: str, known: Mapping[str, int]) -> str | None:
    """Return the word that was probably meant: the nearest, and of those the one most titles have."""
    most = slips_allowed(word)
    near = [
        (slips, -count, candidate)
        for candidate, count in known.items()
        if 0 < (slips := slips_between(word, candidate, most=most)) <= most
    ]
    return min(near)[2] if near else None


def corrected(words: Iterable[str], known: Mapping[str, Mapping[str, int]]) -> str | None:
    """Return the query that was probably meant, or nothing where no word of it has another reading.

    `known` holds, for each word that no title has, the words that look like it.
    """
    held = list(words)
    found = [meant_by(word, known[word]) if word in known else word for word in held]
    if None in found or found == held:
        return None
    return " ".join(word for word in found if word is not None)
