"""Filters: small steps from the text that was found to the text that was meant."""

import codecs
import html
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, urlsplit, urlunsplit

from .pattern import Pattern
from .script import decoded_base64

LONGEST_TEXT = 1024 * 1024

Apply = Callable[[str, tuple[str, ...]], str | None]


@dataclass(frozen=True)
class FilterSpec:
    """One filter. `patterns` are the positions of arguments that are regular expressions."""

    apply: Apply
    fewest: int
    most: int
    patterns: tuple[int, ...] = ()


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """Return a compiled expression, kept for the next page."""
    return Pattern(text)


def _querystring(text: str, args: tuple[str, ...]) -> str | None:
    try:
        query = urlsplit(text).query or text.partition("?")[2]
    except ValueError:
        return None
    return next((value for name, value in parse_qsl(query, max_num_fields=200) if name == args[0]), None)


def _url_replace_host(text: str, args: tuple[str, ...]) -> str | None:
    try:
        there, here = urlsplit(text), urlsplit(args[0])
    except ValueError:
        return None
    if not there.netloc or not (here.netloc or args[0]):
        return None
    scheme = here.scheme or there.scheme
    return urlunsplit((scheme, here.netloc or args[0], there.path, there.query, there.fragment))


def _split(text: str, args: tuple[str, ...]) -> str | None:
    parts = text.split(args[0] or " ")
    try:
        return parts[int(args[1])]
    except (ValueError, IndexError):
        return None


def _json(text: str, args: tuple[str, ...]) -> str | None:
    try:
        return json_path(json.loads(text), args[0])
    except (ValueError, RecursionError):
        return None


def _minute(text: str, _: tuple[str, ...]) -> str | None:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and 10 <= len(digits) <= 13):  # noqa: PLR2004
        return None
    return str(int(digits[:10]) // 60 % 60)


def json_path(found: Any, path: str) -> str | None:
    """Return the text at a dotted path (`data.items.0.url`), or nothing where it does not lead to one."""
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isascii() and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    if isinstance(found, bool) or found is None or isinstance(found, dict | list):
        return None
    return str(found)


FILTERS: Mapping[str, FilterSpec] = {
    "append": FilterSpec(lambda text, args: text + args[0], 1, 1),
    "prepend": FilterSpec(lambda text, args: args[0] + text, 1, 1),
    "trim": FilterSpec(lambda text, args: text.strip(args[0]) if args else text.strip(), 0, 1),
    "tolower": FilterSpec(lambda text, _: text.lower(), 0, 0),
    "toupper": FilterSpec(lambda text, _: text.upper(), 0, 0),
    "urldecode": FilterSpec(lambda text, _: unquote_plus(text), 0, 0),
    "urlencode": FilterSpec(lambda text, _: quote(text, safe=""), 0, 0),
    "htmldecode": FilterSpec(lambda text, _: html.unescape(text), 0, 0),
    "replace": FilterSpec(lambda text, args: text.replace(args[0], args[1]), 2, 2),
    "re_replace": FilterSpec(lambda text, args: pattern(args[0]).replaced(text, args[1]), 2, 2, (0,)),
    "regexp": FilterSpec(lambda text, args: pattern(args[0]).first(text), 1, 1, (0,)),
    "split": FilterSpec(_split, 2, 2),
    "querystring": FilterSpec(_querystring, 1, 1),
    "url_replace_host": FilterSpec(_url_replace_host, 1, 1),
    "b64": FilterSpec(lambda text, _: decoded_base64(text), 0, 0),
    "b64url": FilterSpec(lambda text, _: decoded_base64(text, url_safe=True), 0, 0),
    "rot13": FilterSpec(lambda text, _: codecs.encode(text, "rot13"), 0, 0),
    "json": FilterSpec(_json, 1, 1),
    "unix_minute": FilterSpec(_minute, 0, 0),
}


def apply_filter(name: str, text: str, args: tuple[str, ...]) -> str | None:
    """Return the filtered text, or nothing where the filter found none."""
    found = FILTERS[name].apply(text, args)
    return None if found is None else found[:LONGEST_TEXT]
