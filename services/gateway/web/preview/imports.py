"""A made-up file of episodes for the operator's page."""

from typing import Any

Page = tuple[str, dict[str, Any], int]
MISTAKES: list[dict[str, Any]] = [
    {
        "line": 3,
        "what": "The Tide Keeper one",
        "errors": [{"column": "episode", "key": "not_a_number", "params": {}}],
    },
    {
        "line": 9,
        "what": "without-any-gap" * 8,
        "errors": [
            {"column": "link480", "key": "not_a_url", "params": {}},
            {"column": "link720", "key": "private_address", "params": {}},
        ],
    },
    {"line": 12, "what": "", "errors": [{"column": "row", "key": "csv_quote", "params": {}}]},
]
FOUND: dict[str, Any] = {"wrong": 103, "mistakes": MISTAKES, "ignored": ["notes", "rating"]}


def page(state: str) -> Page:
    """Return the page: empty, after a look at a file (`preview`), after the import (`done`) or `refused`."""
    rows = [
        {
            "line": number + 1,
            "show": "The Tide Keeper",
            "label": f"S1 E{number}",
            "qualities": [480, 720, 1080],
        }
        for number in range(1, 8)
    ]
    looked = {
        "name": "episodes.csv",
        "new": 1240,
        "existing": 12,
        "rows": rows,
        "held": "eJw",
        "too_long": False,
        "idempotency_key": "k",
        **FOUND,
    }
    context = {
        "refused": {"key": "encoding", "params": {}} if state == "refused" else None,
        "preview": looked if state == "preview" else None,
        "done": {"imported": 1240, "existing": 12, **FOUND} if state == "done" else None,
        "largest_mb": 10,
    }
    return "admin/import.html", context, 200
