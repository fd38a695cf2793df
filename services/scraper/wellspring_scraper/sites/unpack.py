"""Scripts that a packer has folded into a list of words (`p,a,c,k,e,d`), unfolded as data, never run."""

import re

from .pattern import LONGEST_TEXT

_OPENING = re.compile(r"eval\(function\(p,a,c,k,e,[rd]\)")
_BODY = re.compile(
    r"\}\s*\(\s*(?:'((?:[^'\\]|\\.)*+)'|\"((?:[^\"\\]|\\.)*+)\")\s*,\s*(\d{1,2})\s*,\s*(\d{1,6})\s*,"
    r"\s*(?:'((?:[^'\\]|\\.)*+)'|\"((?:[^\"\\]|\\.)*+)\")\s*\.split\(['\"]\|['\"]\)",
    re.DOTALL,
)
_WORD = re.compile(r"\b[0-9A-Za-z]+\b")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST_NUMBER = 5
_MOST_WORDS = 100_000


def unpacked(script: str) -> str | None:
    """Return the first packed script in a text as it was before, or nothing where there is none.

    What would come to more than the longest text allowed is nothing, too.
    """
    opening = _OPENING.search(script)
    found = None if opening is None else _BODY.search(script, opening.end())
    if found is None:
        return None
    single, double, base, count, words, other_words = found.groups()
    payload = single if single is not None else double
    names = (words if words is not None else other_words).split("|")
    if not 2 <= int(base) <= len(_DIGITS) or int(count) > _MOST_WORDS:  # noqa: PLR2004  (the smallest base)
        return None
    pieces, at, size = [], 0, 0
    for match in _WORD.finditer(payload):
        number = _number(match.group(), int(base))
        word = names[number] if number is not None and number < len(names) else ""
        pieces += [payload[at : match.start()], word or match.group()]
        at = match.end()
        size += len(pieces[-1]) + len(pieces[-2])
        if size > LONGEST_TEXT:
            return None
    pieces.append(payload[at:])
    return "".join(pieces).replace("\\'", "'").replace('\\"', '"').replace("\\\\", "\\")


def _number(text: str, base: int) -> int | None:
    if len(text) > _LONGEST_NUMBER:
        return None
    value = 0
    for character in text:
        digit = _DIGITS.index(character)
        if digit >= base:
            return None
        value = value * base + digit
    return value
