"""Values in JSON: by a dotted path (`data.items.0.url`) or a JSONPath (`$.files[?@.format == 'mp4']`)."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonpath import JSONPath, JSONPathEnvironment

MOST_VALUES = 20_000
_MOST_TESTS = 4
_MOST_COMMAS = 4


@lru_cache(maxsize=1)
def _environment() -> "JSONPathEnvironment":
    from jsonpath import JSONPathEnvironment  # noqa: PLC0415  (1 MB, and most definitions need none)

    made = JSONPathEnvironment(strict=True)
    # These two run expressions of a kind that can be made to take for ever.
    for name in ("match", "search"):
        del made.function_extensions[name]
    return made


@lru_cache(maxsize=128)
def json_query(text: str) -> "JSONPath | tuple[str, ...]":
    """Return a path ready to be used. Raises `ValueError` for one that is malformed or could take long."""
    if not text.startswith("$"):
        return tuple(text.split("."))
    from jsonpath import JSONPathError  # noqa: PLC0415  (the same)
    from jsonpath.path import CompoundJSONPath  # noqa: PLC0415  (costly, and only for who uses it)

    _check_cost(text)
    try:
        found = _environment().compile(text)
    except (JSONPathError, RecursionError, OverflowError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"a JSONPath of RFC 9535 without match and search ({reason})") from None
    if isinstance(found, CompoundJSONPath):
        raise ValueError("one JSONPath")  # noqa: TRY004  (of a value, not of a type)
    return found


def _check_cost(text: str) -> None:
    """Refuse what takes more than a few walks through the data."""
    tests = text.partition("?")[2]
    if text.count("..") > 1 or text.count("?") > _MOST_TESTS or text.count(",") > _MOST_COMMAS:
        raise ValueError(f"a JSONPath of at most one `..`, {_MOST_TESTS} `?` and {_MOST_COMMAS} commas")
    if "$" in tests or ".." in tests:
        raise ValueError("a JSONPath whose tests look at `@` only, without `..`")


def json_values(found: Any, path: str) -> list[Any]:
    """Return every value that a path leads to. A dotted path that ends at a list gives its items."""
    query = json_query(path)
    if isinstance(query, tuple):
        value = _dotted(found, query)
        return [] if value is None else value[:MOST_VALUES] if isinstance(value, list) else [value]
    from jsonpath import JSONPathError  # noqa: PLC0415  (the same)

    if isinstance(found, str):  # the library would read a text as JSON once more
        return [found] if query.empty() else []
    try:
        return [match.obj for match in islice(query.finditer(found), MOST_VALUES)]
    except (JSONPathError, RecursionError):
        return []


def json_path(found: Any, path: str) -> str | None:
    """Return the first text at a path, or nothing where it does not lead to one."""
    query = json_query(path)
    values = (_dotted(found, query),) if isinstance(query, tuple) else json_values(found, path)
    return next((text for value in values if (text := json_text(value)) is not None), None)


def json_text(value: Any) -> str | None:
    """Return a JSON value as text: numbers and words, neither truths nor whole structures."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return None
    return str(value)


def _dotted(found: Any, parts: tuple[str, ...]) -> Any:
    for part in parts:
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isascii() and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found
