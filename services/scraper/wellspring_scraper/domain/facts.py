"""What people write about files, as numbers."""

import re

_SIZE = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*([KMGT])i?B", re.IGNORECASE)
_BYTES = re.compile(r"^\s*(\d{1,15})\s*(?:B|bytes?)?\s*$", re.IGNORECASE)
_UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_LINES = re.compile(r"(?<![0-9a-z])(\d{3,4})\s?[pi](?![a-z0-9])", re.IGNORECASE)
_NAMED_LINES = {"4k": 2160, "uhd": 2160, "2k": 1440, "full hd": 1080, "fhd": 1080}
_KNOWN_LINES = range(100, 4321)


def size_of(text: str) -> int | None:
    """Return the bytes that a size such as `1.2 GB`, or a bare number, stands for."""
    found = _SIZE.search(text)
    if found is None:
        exact = _BYTES.match(text)
        return None if exact is None else int(exact.group(1))
    return int(float(found.group(1).replace(",", ".")) * _UNITS[found.group(2).lower()])


def quality_of(text: str) -> int | None:
    """Return the height in lines that a file name or label tells."""
    found = _LINES.search(text)
    if found is not None and int(found.group(1)) in _KNOWN_LINES:
        return int(found.group(1))
    lowered = text.lower()
    return next((lines for name, lines in _NAMED_LINES.items() if re.search(rf"\b{name}\b", lowered)), None)
