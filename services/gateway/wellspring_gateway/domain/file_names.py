"""Names of files and folders that every file system takes."""

import re
import unicodedata

LONGEST_BYTES = 120
"""Of a title. With a season, an episode and an ending it stays far below the 255 bytes of a name."""
_UNSAFE = re.compile(r'[\\/:*?"<>|]+')
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE
)
_BRACKET = re.compile(r"\[(?=wsp-)", re.IGNORECASE)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_YEAR_AT_END = re.compile(r"\([0-9]{4}\)$")


def plain(text: str) -> tuple[str, bool]:
    """Return a title as a part of a name, and whether another title may have become the same.

    Titles that differ in letter case and ASCII punctuation alone are told apart where they are stored.
    """
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(letter for letter in composed if unicodedata.category(letter) not in _INVISIBLE)
    spaced = " ".join(_UNSAFE.sub(" ", _BRACKET.sub("(", seen)).split()).strip(". ")
    cut = _cut(spaced).strip(". ")
    return cut or "title", cut != spaced or seen != composed or not cut or _BRACKET.search(
        composed
    ) is not None


def folder(title: str, year: int | None, *, title_id: int, has_twin: bool) -> str:
    """Return the folder of a title: with its id where another one could have the same."""
    name, doubtful = plain(title)
    looks_dated = year is None and _YEAR_AT_END.search(name) is not None
    dated = f"{name} ({year})" if year is not None else name
    return allowed(f"{dated} [wsp-{title_id}]" if has_twin or doubtful or looks_dated else dated)


def allowed(name: str) -> str:
    """Return a name that Windows does not keep for a device."""
    return f"{name}_" if _RESERVED.fullmatch(name) else name


def _cut(text: str) -> str:
    data = text.encode()
    return text if len(data) <= LONGEST_BYTES else data[:LONGEST_BYTES].decode(errors="ignore")
