"""Filters: small steps from the text that was found to the text that was meant."""

import base64
import codecs
import html
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, quote, unquote_plus, urljoin, urlsplit, urlunsplit

from ..domain.dates import counted_date, date_of, laid_out_date, written_date
from .jsonpath import json_path
from .pattern import LONGEST_TEXT, pattern
from .script import decoded_base64, script_value
from .unpack import unpacked

_MOST_WORDS = 200

Apply = Callable[[str, tuple[str, ...]], str | None]


@dataclass(frozen=True)
class FilterSpec:
    """One filter. `patterns` are the positions of arguments that are regular expressions.

    `given` are templates of arguments that follow those of the definition.
    """

    apply: Apply
    fewest: int
    most: int
    patterns: tuple[int, ...] = ()
    given: tuple[str, ...] = ()


def _replace(text: str, args: tuple[str, ...]) -> str | None:
    old, new = args
    if not old:
        return text
    if len(new) > len(old) and len(text) + text.count(old) * (len(new) - len(old)) > LONGEST_TEXT:
        return None
    return text.replace(old, new)


def _querystring(text: str, args: tuple[str, ...]) -> str | None:
    try:
        query = urlsplit(text).query or text.partition("?")[2]
        return next((value for name, value in parse_qsl(query, max_num_fields=200) if name == args[0]), None)
    except ValueError:
        return None


def _url_replace_host(text: str, args: tuple[str, ...]) -> str | None:
    try:
        there, here = urlsplit(text), urlsplit(args[0])
    except ValueError:
        return None
    if not there.netloc or not (here.netloc or args[0]):
        return None
    scheme = here.scheme or there.scheme
    return urlunsplit((scheme, here.netloc or args[0], there.path, there.query, there.fragment))


def _resolve_url(text: str, args: tuple[str, ...]) -> str | None:
    try:
        return urljoin(args[0], text.strip())
    except ValueError:
        return None


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
    if not (digits.isascii() and digits.isdigit() and 10 <= len(digits) <= 13):  # noqa: PLR2004  (seconds or milliseconds)
        return None
    return str(int(digits[:10]) // 60 % 60)


def _number(text: str, _: tuple[str, ...]) -> str | None:
    found = pattern(r"(\d{1,9}(?:[.,]\d{1,3})?)").first(text)
    return None if found is None else found.replace(",", ".")


def _add(text: str, args: tuple[str, ...]) -> str | None:
    try:
        found = Decimal(text.strip()[:20]) + Decimal(args[0][:20])
        return f"{found.normalize():f}" if abs(found) < 10**15 else None
    except InvalidOperation:
        return None


def _validate(text: str, args: tuple[str, ...]) -> str | None:
    """Keep the words of a text that are in a list, written as the list writes them."""
    allowed = {word.strip().lower(): word.strip() for word in args[0].split(",")}
    words = pattern(r"[\s,/|;]+").split(text, _MOST_WORDS)
    return ", ".join(allowed[word.lower()] for word in words if word.lower() in allowed) or None


def _diacritics(text: str, _: tuple[str, ...]) -> str:
    folded = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(one for one in folded if not unicodedata.combining(one)))


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(int(text) if text.isdigit() else 0, UTC)


def _dateparse(text: str, args: tuple[str, ...]) -> str | None:
    found = laid_out_date(text, args[0]) if args else written_date(text)
    return None if found is None else found.isoformat()


def _timeago(text: str, args: tuple[str, ...]) -> str | None:
    found = counted_date(text, _moment(args[0]))
    return None if found is None else found.isoformat()


def _fuzzytime(text: str, args: tuple[str, ...]) -> str | None:
    found = date_of(text, _moment(args[0]))
    return None if found is None else found.isoformat()


FILTERS: Mapping[str, FilterSpec] = {
    "add": FilterSpec(_add, 1, 1),
    "append": FilterSpec(lambda text, args: text + args[0], 1, 1),
    "b64": FilterSpec(lambda text, _: decoded_base64(text), 0, 0),
    "b64encode": FilterSpec(lambda text, _: base64.b64encode(text.encode()).decode(), 0, 0),
    "b64url": FilterSpec(lambda text, _: decoded_base64(text, url_safe=True), 0, 0),
    "dateparse": FilterSpec(_dateparse, 0, 1),
    "diacritics": FilterSpec(_diacritics, 0, 1),
    "fuzzytime": FilterSpec(_fuzzytime, 0, 0, given=("{{ .Today.Unix }}",)),
    "htmldecode": FilterSpec(lambda text, _: html.unescape(text), 0, 0),
    "htmlencode": FilterSpec(lambda text, _: html.escape(text), 0, 0),
    "json": FilterSpec(_json, 1, 1),
    "number": FilterSpec(_number, 0, 0),
    "prepend": FilterSpec(lambda text, args: args[0] + text, 1, 1),
    "querystring": FilterSpec(_querystring, 1, 1),
    "re_replace": FilterSpec(lambda text, args: pattern(args[0]).replaced(text, args[1]), 2, 2, (0,)),
    "regexp": FilterSpec(lambda text, args: pattern(args[0]).first(text), 1, 1, (0,)),
    "replace": FilterSpec(_replace, 2, 2),
    "resolve_url": FilterSpec(_resolve_url, 0, 1, given=("{{ .Page.Url }}",)),
    "rot13": FilterSpec(lambda text, _: codecs.encode(text, "rot13"), 0, 0),
    "script_var": FilterSpec(lambda text, args: script_value(text, args[0]), 1, 1),
    "split": FilterSpec(_split, 2, 2),
    "timeago": FilterSpec(_timeago, 0, 0, given=("{{ .Today.Unix }}",)),
    "tolower": FilterSpec(lambda text, _: text.lower(), 0, 0),
    "toupper": FilterSpec(lambda text, _: text.upper(), 0, 0),
    "trim": FilterSpec(lambda text, args: text.strip(args[0]) if args else text.strip(), 0, 1),
    "unix_minute": FilterSpec(_minute, 0, 0),
    "unpack": FilterSpec(lambda text, _: unpacked(text), 0, 0),
    "url_replace_host": FilterSpec(_url_replace_host, 1, 1),
    "urldecode": FilterSpec(lambda text, _: unquote_plus(text), 0, 0),
    "urlencode": FilterSpec(lambda text, _: quote(text, safe=""), 0, 0),
    "validate": FilterSpec(_validate, 1, 1),
}


def has_all_words(text: str, wanted: str) -> bool:
    """Return whether a text has every word of another one, whatever their case."""
    words = set(pattern(r"[^\pL\pN]+").split(text.lower(), _MOST_WORDS))
    return set(pattern(r"[^\pL\pN]+").split(wanted.lower(), _MOST_WORDS)) - {""} <= words


def apply_filter(name: str, text: str, args: tuple[str, ...]) -> str | None:
    """Return the filtered text, or nothing where the filter found none."""
    found = FILTERS[name].apply(text, args)
    return None if found is None else found[:LONGEST_TEXT]
