"""Values of variables in inline scripts: string literals, through `atob` and the like, never run."""

import base64
import binascii
import re
from itertools import islice
from urllib.parse import unquote

_DEEPEST = 8
_MOST_TRIES = 20
_OPENING = re.compile(r"\s*(?:window\.)?(atob|decodeURIComponent|unescape|String)\s*\(\s*")
_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\$]|\\.)*)`", re.DOTALL)
_SPACE = re.compile(r"\s*")
# strings, and whatever else has neither commas nor brackets in it
_OTHER_ARGUMENT = re.compile(r"\s*(?:\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|[^,()'\"]{0,200}+)\s*,")
_MOVES = re.compile(
    r"(?:\b(?:window|document|top|self|parent)\.)?\blocation(?:\.href)?\s*=(?!=)\s*"
    r"|\blocation\.(?:replace|assign)\s*\(\s*"
)
_PLUS = re.compile(r"\s*\+\s*")
_CLOSING = re.compile(r"\s*\)")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def script_value(script: str, name: str) -> str | None:
    """Return the first non-empty string that a script gives to a variable or property of that name."""
    assigned = re.compile(rf"(?:^|[^\w$]){re.escape(name)}[\"']?\s*(?:=(?!=)|:)\s*", re.MULTILINE)
    for tried, match in enumerate(assigned.finditer(script)):
        if tried >= _MOST_TRIES:
            break
        found = _expression(script, match.end(), _DEEPEST)
        if found is not None and found[0]:
            return found[0]
    return None


def call_argument(script: str, function: str, number: int) -> str | None:
    """Return a string that the first fitting call of a function passes as its argument of that number."""
    called = re.compile(rf"(?:^|[^\w$.]){re.escape(function)}\s*\(", re.MULTILINE)
    for tried, match in enumerate(called.finditer(script)):
        if tried >= _MOST_TRIES:
            break
        found = _argument(script, match.end(), number)
        if found:
            return found
    return None


def redirect_target(script: str) -> str | None:
    """Return the URL that a script sends its visitor to, where that is a string in it."""
    for match in islice(_MOVES.finditer(script), _MOST_TRIES):
        found = _expression(script, match.end(), _DEEPEST)
        if found is not None and found[0]:
            return found[0]
    return None


def decoded_base64(text: str, *, url_safe: bool = False) -> str | None:
    """Return what base64 text stands for, with or without its padding, or nothing where it is none."""
    packed = "".join(text.split()).rstrip("=")
    try:
        raw = base64.b64decode(
            packed + "=" * (-len(packed) % 4), altchars=b"-_" if url_safe else None, validate=True
        )
        return raw.decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _argument(script: str, at: int, number: int) -> str | None:
    for _ in range(number):
        skipped = _OTHER_ARGUMENT.match(script, at)
        if skipped is None:
            return None
        at = skipped.end()
    found = _expression(script, _SPACE.match(script, at).end(), _DEEPEST)  # type: ignore[union-attr]
    return None if found is None else found[0]


def _expression(script: str, at: int, depth: int) -> tuple[str, int] | None:
    found = _term(script, at, depth)
    while found is not None:
        plus = _PLUS.match(script, found[1])
        if plus is None:
            return found
        more = _term(script, plus.end(), depth)
        if more is None:
            return None
        found = found[0] + more[0], more[1]
    return None


def _term(script: str, at: int, depth: int) -> tuple[str, int] | None:
    literal = _STRING.match(script, at)
    if literal is not None:
        text = next(group for group in literal.groups() if group is not None)
        return _ESCAPE.sub(_unescaped, text), literal.end()
    call = _OPENING.match(script, at)
    if call is None or depth == 0:
        return None
    inner = _expression(script, call.end(), depth - 1)
    if inner is None:
        return None
    closing = _CLOSING.match(script, inner[1])
    value = _called(call.group(1), inner[0])
    return None if closing is None or value is None else (value, closing.end())


def _called(function: str, text: str) -> str | None:
    if function == "atob":
        return decoded_base64(text)
    return text if function == "String" else unquote(text)


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2) or match.group(3)
    if code is None:
        return _PLAIN_ESCAPES.get(match.group(4), match.group(4))
    value = int(code, 16)
    return chr(value) if value <= 0x10FFFF and not 0xD800 <= value <= 0xDFFF else "\ufffd"  # noqa: PLR2004  (Unicode's own bounds)
