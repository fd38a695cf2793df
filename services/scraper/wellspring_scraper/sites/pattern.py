"""Regular expressions that cannot be made to run long: RE2, whose time is linear in the text."""

import re
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

LONGEST_PATTERN = 2000
LONGEST_TEXT = 1024 * 1024
_MEMORY = 1024 * 1024
_DOLLAR_GROUP = re.compile(r"\$(\d)")


class Pattern:
    """A compiled expression. Raises `ValueError` for what RE2 lacks (look-around, back-references)."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_PATTERN:
            raise ValueError(f"a regular expression of at most {LONGEST_PATTERN} characters")
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MEMORY
        try:
            self._compiled: Any = re2.compile(_clean(text), options)
        except re2.error as error:
            reason = error.args[0] if error.args else "malformed"
            shown = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
            raise ValueError(f"a regular expression in RE2 syntax ({shown})") from None

    def found(self, text: str) -> bool:
        """Return whether the expression occurs in the text."""
        return self._compiled.search(_clean(text)) is not None

    def first(self, text: str) -> str | None:
        """Return the first group of the first match, or the whole match, or nothing."""
        match = self._compiled.search(_clean(text))
        if match is None:
            return None
        groups = match.groups()
        found = next((group for group in groups if group is not None), None) if groups else match.group()
        return found if found is None else str(found)

    def replaced(self, text: str, replacement: str) -> str:
        """Return the text with every match replaced. `$1` stands for the first group.

        A text that grows too long ends where it has done so.
        """
        text = _clean(text)
        parts = _DOLLAR_GROUP.split(replacement)
        pieces: list[str] = []
        size, at = 0, 0
        for match in self._compiled.finditer(text):
            pieces.append(text[at : match.start()])
            size += len(pieces[-1])
            at = match.end()
            for odd, part in enumerate(parts):
                pieces.append(_group(match, int(part)) if odd % 2 else part)
                size += len(pieces[-1])
                if size > LONGEST_TEXT:
                    return "".join(pieces)
        return "".join([*pieces, text[at:]])

    def split(self, text: str, most: int) -> list[str]:
        """Return at most so many pieces of the text, and not what comes after them."""
        return [str(piece) for piece in self._compiled.split(_clean(text), most)[:most]]


@lru_cache(maxsize=512)
def pattern(text: str) -> Pattern:
    """Return a compiled expression, kept for the next page."""
    return Pattern(text)


def _group(match: Any, number: int) -> str:
    return (match.group(number) or "") if number <= len(match.groups()) else ""


def _clean(text: str) -> str:
    # JSON may hold lone surrogates, which no encoder takes
    return text if text.isascii() else text.encode(errors="replace").decode()
