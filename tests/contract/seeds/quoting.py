"""Quotes of the founding documents: each stands there, word for word."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

SEEDS = Path(__file__).parents[2] / "fixtures" / "seeds"
_ADDRESS = re.compile(
    r"\b(?:GET|POST|PUT|PATCH|DELETE) /"  # a request
    r"|@app\.(?:get|post|put|patch|delete)\("  # its code
    r"|http://localhost:\d+/"  # what a person opens
    r"|`/[a-z]+/\d+/`"
)

Test = TypeVar("Test", bound=Callable[..., object])


class Document:
    """A founding document, and what of it was quoted."""

    def __init__(self, name: str) -> None:
        self.text = (SEEDS / name).read_text(encoding="utf-8")
        self.quoted: set[str] = set()
        self._lines = [line.strip() for line in self.text.splitlines()]
        self._squeezed = " ".join(self.text.split())

    def quotes(self, *lines: str) -> Callable[[Test], Test]:
        """Mark a test as the one that holds the gateway to these lines, each a whole line of the document."""
        missing = [line for line in lines if line not in self._lines]
        assert missing == [], f"the document does not say: {missing}"
        self.quoted.update(lines)
        return lambda test: test

    def block(self, words: str) -> str:
        """Return some lines after checking that the document has them, whatever their indentation."""
        assert " ".join(words.split()) in self._squeezed, f"the document does not say: {words}"
        return words

    def unquoted(self) -> list[str]:
        """Return the lines that name an address and that no test quotes."""
        return [line for line in self._lines if _ADDRESS.search(line) and line not in self.quoted]
