"""The smallest words of the definition language: selectors, expressions, templates, names, durations."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic import Field as Described
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from .jsonpath import json_query
from .pattern import pattern
from .template import template

_EMPTY = LexborHTMLParser("")
_DURATION = re.compile(r"^(\d{1,6})(s|m|h|d)$")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DEEPEST_BODY = 8


def selector(text: str) -> str:
    """Return a CSS selector as it is. Raises `ValueError` for one that is malformed."""
    try:
        _EMPTY.css(text)
    except SelectolaxError:
        raise ValueError("a CSS selector") from None
    return text


def _expression(text: str) -> str:
    pattern(text)
    return text


def _template(text: str) -> str:
    template(text)
    return text


def _path(text: str) -> str:
    json_query(text)
    return text


def _as_text(found: Any) -> Any:
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else found


def as_list(found: Any) -> Any:
    """Return one thing as a list of one."""
    return found if isinstance(found, list | tuple) or found is None else [found]


def _seconds(found: Any) -> Any:
    if isinstance(found, str):
        match = _DURATION.match(found.strip())
        if match is None:
            raise ValueError("a duration like 90s, 30m, 4h or 2d")
        return int(match.group(1)) * _UNITS[match.group(2)]
    return found


def body_texts(found: Any, depth: int = 0) -> list[str]:
    """Return every text in a JSON body, keys left out. Raises `ValueError` for one nested too deeply."""
    if depth > _DEEPEST_BODY:
        raise ValueError(f"a JSON body nested at most {_DEEPEST_BODY} deep")
    if isinstance(found, str):
        return [found]
    if isinstance(found, dict):
        found = list(found.values())
    if not isinstance(found, list):
        return []
    return [text for one in found for text in body_texts(one, depth + 1)]


def _body(found: Any) -> Any:
    for text in body_texts(found):
        template(text)
    return found


Selector = Annotated[str, Described(min_length=1, max_length=500), AfterValidator(selector)]
Selectors = Annotated[tuple[Selector, ...], BeforeValidator(as_list), Described(max_length=5)]
Expression = Annotated[str, Described(min_length=1, max_length=2000), AfterValidator(_expression)]
TemplateText = Annotated[
    str, Described(max_length=2000), BeforeValidator(_as_text), AfterValidator(_template)
]
JsonPath = Annotated[str, Described(min_length=1, max_length=500), AfterValidator(_path)]
JsonBody = Annotated[dict[str, Any], AfterValidator(_body)]
Name = Annotated[str, Described(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Attributes = Annotated[
    tuple[Annotated[str, Described(pattern=r"^[A-Za-z_:][A-Za-z0-9_:.-]{0,60}$")], ...],
    BeforeValidator(as_list),
    Described(min_length=1, max_length=5),
]
Seconds = Annotated[int, BeforeValidator(_seconds), Described(gt=0, le=365 * 86_400)]


class Model(BaseModel):
    """A part of a definition: an unknown word in it is an error."""

    # Pydantic's own engine compiles every pattern anew wherever it is used: that took 11 MB.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, regex_engine="python-re")
