"""Pages of a list that goes on behind a row."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from ...domain.cursors import Part, decode_cursor, encode_cursor

Row = TypeVar("Row")


async def paged(
    name: str,
    forms: Sequence[Part],
    cursor: str | None,
    limit: int,
    *,
    find: Callable[[Any, int], Awaitable[list[Row]]],
    place: Callable[[Row], tuple[Any, ...]],
) -> tuple[list[Row], str | None]:
    """Return the rows behind a cursor and the cursor of the next page, nothing on the last one.

    `find` is asked for one row more than are shown, `place` says where a row stands. Raises `Permanent` with
    `bad_cursor` for a cursor of another list.
    """
    after = decode_cursor(name, cursor, forms) if cursor is not None else None
    found = await find(after, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], encode_cursor(name, *place(last)) if last is not None else None
