"""The page of the trash with hostile and with empty data."""

from typing import Any

from .crawling_pages import EVIL, NOW

TRASHED: dict[str, Any] = {
    "id": 3,
    "slug": "a-title",
    "title": EVIL,
    "kind": "series",
    "year": 2020,
    "episodes": 2,
    "links": 9,
    "deleted_at": NOW,
    "deleted_by": EVIL,
    "because": EVIL,
    "clean_run": None,
    "purged_at": NOW,
}
BARE: dict[str, Any] = {**TRASHED, "kind": "movie", "year": None, "deleted_by": None, "because": None}
TRASH: dict[str, tuple[str, dict[str, Any]]] = {
    "trash": (
        "admin/trash.html",
        {"titles": [TRASHED, BARE], "total": 2, "moved": TRASHED, "next_url": "/admin/trash?cursor=e30"},
    ),
    "trash, by the clean-up": (
        "admin/trash.html",
        {"titles": [{**TRASHED, "clean_run": "0193"}], "total": 1, "moved": None, "next_url": None},
    ),
    "trash, empty": ("admin/trash.html", {"titles": [], "total": 0, "moved": None, "next_url": None}),
}
