"""Made-up history and list for the pages of one's own."""

from typing import Any

from sample import ago, titles

from wellspring_gateway.domain.documents.links import Progress
from wellspring_gateway.domain.documents.people import SavedTitle
from wellspring_gateway.domain.progress import percent

Page = tuple[str, dict[str, Any], int]


def history(_: str, __: dict[str, str], state: str) -> Page:
    """Return the history: full, empty (`none`), or after one was taken out (`gone`)."""
    rows = [
        Progress(
            episode_id=at + 1,
            title_id=row["id"],
            title=row["title"],
            slug=row["slug"],
            kind=row["kind"],
            poster_url=row.get("poster_url"),
            season=1 + at % 2,
            number=at + 1,
            position_s=600 * at,
            duration_s=3600 if at != 1 else None,
            finished=at % 3 == 2,  # noqa: PLR2004
            watched_at=ago(60 * at * at + 5),
        )
        for at, row in enumerate(titles()[:8])
    ]
    context = {
        "seen": [] if state == "none" else [{"row": row, "percent": percent(row)} for row in rows],
        "cursor": "",
        "gone": "preview" if state == "gone" else "",
        "cleared": state == "none",
        "next_url": "/history?cursor=x",
    }
    return "history.html", context, 200


def listed(_: str, __: dict[str, str], state: str) -> Page:
    """Return the list: full, empty (`none`), or after one was taken off (`gone`)."""
    rows = [
        SavedTitle(
            title_id=row["id"],
            slug=row["slug"],
            title=row["title"],
            kind=row["kind"],
            year=row["year"],
            poster_url=row.get("poster_url"),
            episode_count=row["episode_count"],
            live_links=row["live_links"],
            first_episode_id=1,
            saved_at=ago(10),
        )
        for row in titles()[:7]
    ]
    context = {
        "titles": [] if state == "none" else rows,
        "cursor": "",
        "removed": "3" if state == "gone" else "",
        "next_url": "/list?cursor=x",
    }
    return "list.html", context, 200
