"""Events of any class, made by hypothesis out of the types of their fields."""

import base64
import types
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from hypothesis import strategies as st
from pydantic import BaseModel

_PLAIN: dict[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    bytes: st.binary(max_size=50).map(base64.b64encode),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    Decimal: st.decimals(min_value=0, max_value=9999, places=2),
    float: st.floats(min_value=0, max_value=1e9),
    int: st.integers(min_value=0, max_value=2**53),
    str: st.text(max_size=20),
    type(None): st.none(),
    UUID: st.uuids(),
}


def _of(kind: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return st.one_of(*(_of(each) for each in arguments))
    if origin is tuple:
        return st.lists(_of(arguments[0]), max_size=3).map(tuple)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is not None:  # a mapping
        return st.dictionaries(_of(arguments[0]), _of(arguments[1]), max_size=3)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    return made(kind) if issubclass(kind, BaseModel) else _PLAIN[kind]


@cache
def made(kind: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Return a strategy for one class: every field is given."""
    return st.builds(kind, **{name: _of(field.annotation) for name, field in kind.model_fields.items()})
