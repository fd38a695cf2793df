"""Choosing a page's language and finding its words.

Messages are flat: a dotted key to a sentence with `{placeholders}`, or to `{"one": ..., "other": ...}`,
where the placeholder `count` picks the form.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from .digits import grouped

Messages = Mapping[str, str | Mapping[str, str]]

DEFAULT: Final = "en"
SUPPORTED: Final[Mapping[str, str]] = {"en": "English", "id": "Bahasa Indonesia"}
"""Language codes and the name each language has for itself."""

_OLD_CODES: Final[Mapping[str, str]] = {"in": "id"}  # some phones still send the code of before 1989
_NO_SINGULAR: Final = frozenset({"id"})
_SIGNS: Final[Mapping[str, tuple[str, str]]] = {"en": (",", "."), "id": (".", ",")}
"""What stands between thousands, and before decimals."""
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_MAX_HEADER: Final = 400


def choose_language(cookie: str | None, accept_language: str | None) -> str:
    """Return the supported language a browser asks for: its cookie first, then its header, then English."""
    if cookie in SUPPORTED:
        return str(cookie)
    for code in _by_preference((accept_language or "")[:_MAX_HEADER]):
        base = code.split("-", 1)[0].lower()
        base = _OLD_CODES.get(base, base)
        if base in SUPPORTED:
            return base
    return DEFAULT


def _by_preference(header: str) -> list[str]:
    """Return the codes of an Accept-Language header, most wanted first, without the refused ones (q=0)."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(","):
        code, _, parameters = part.strip().partition(";")
        name, _, raw = parameters.strip().partition("=")
        try:
            weight = float(raw) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if code.strip() and weight > 0:
            weighted.append((weight, code.strip()))
    return [code for _, code in sorted(weighted, key=lambda pair: -pair[0])]


class Translator:
    """Says a message in one language, in English where that language lacks it, else by its key."""

    def __init__(self, language: str, catalogues: Mapping[str, Messages]) -> None:
        self.language = language
        self._messages: Messages = {**catalogues.get(DEFAULT, {}), **catalogues.get(language, {})}

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence of `key`: `count` picks the form, an unknown placeholder stays as it is."""
        message = self._messages.get(key, key)
        if not isinstance(message, str):
            message = message.get(self._form(values.get("count"))) or message["other"]
        return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), message)

    def has(self, key: str) -> bool:
        """Say whether there are words for `key`: codes from elsewhere may have none."""
        return key in self._messages

    def first(self, *keys: str, **values: object) -> str:
        """Return the sentence of the first key that has one, else of the last."""
        known = next((key for key in keys if self.has(key)), keys[-1])
        return self(known, **values)

    def number(self, value: float | Decimal) -> str:
        """Return a number as this language writes it."""
        comma, point = _SIGNS.get(self.language, _SIGNS[DEFAULT])
        return grouped(value, comma=comma, point=point)

    def js(self) -> dict[str, str | Mapping[str, str]]:
        """Return the messages that the page's scripts need, without their `js.` prefix."""
        return {key[3:]: message for key, message in self._messages.items() if key.startswith("js.")}

    def _form(self, count: object) -> str:
        return "one" if count == 1 and self.language not in _NO_SINGULAR else "other"
