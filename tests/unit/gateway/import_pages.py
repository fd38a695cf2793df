"""The page of imports with hostile and with empty data."""

from typing import Any

from .crawling_pages import EVIL

_MISTAKE: dict[str, Any] = {
    "line": 3,
    "what": EVIL,
    "errors": [
        {"column": EVIL, "key": "not_a_number", "params": {}},
        {"column": "row", "key": "csv_cells", "params": {"cells": 4, "columns": 3}},
    ],
}
_FOUND: dict[str, Any] = {"wrong": 2, "mistakes": [_MISTAKE], "ignored": [EVIL]}
_NONE: dict[str, Any] = {"wrong": 0, "mistakes": [], "ignored": []}
_PREVIEW: dict[str, Any] = {
    "name": EVIL,
    "new": 2,
    "existing": 1,
    "rows": [{"line": 2, "show": EVIL, "label": "S1 E1", "qualities": [480, 720]}],
    "held": "eJw",
    "too_long": False,
    "idempotency_key": "k",
    **_FOUND,
}
_EMPTY: dict[str, Any] = {"refused": None, "preview": None, "done": None, "largest_mb": 10}
_REFUSED: dict[str, Any] = {"key": "columns", "params": {"names": EVIL}}
_LONG: dict[str, Any] = {**_PREVIEW, "held": None, "too_long": True, **_NONE}


def _page(**context: Any) -> tuple[str, dict[str, Any]]:
    return "admin/import.html", {**_EMPTY, **context}


IMPORTS: dict[str, tuple[str, dict[str, Any]]] = {
    "import": _page(),
    "import, refused": _page(refused=_REFUSED),
    "import, preview": _page(preview=_PREVIEW),
    "import, too long": _page(preview=_LONG),
    "import, nothing new": _page(preview={**_LONG, "new": 0, "rows": [], "too_long": False}),
    "import, done": _page(done={"imported": 2, "existing": 1, **_FOUND}),
}
