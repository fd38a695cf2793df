"""A made-up trash for the operator's page."""

from typing import Any

import sample

Page = tuple[str, dict[str, Any], int]
LONG = "The Lantern Post at the End of the Long Winter Road, Told Again by Those Who Stayed Behind"


def trashed(number: int, **changes: Any) -> dict[str, Any]:
    """Return one title of the trash."""
    names = list(sample.NAMES)
    minutes = 60 * 24 * number * 3
    return {
        "id": number,
        "slug": f"title-{number}",
        "title": names[number % len(names)],
        "kind": "series" if number % 2 else "movie",
        "year": 2015 + number,
        "episodes": 12 * (number % 2) or 1,
        "links": 7 * number,
        "deleted_at": sample.ago(minutes),
        "deleted_by": "sari",
        "because": None,
        "clean_run": None,
        "purged_at": sample.ago(minutes - 60 * 24 * 30),
        **changes,
    }


def page(state: str) -> Page:
    """Return the trash: with titles, `moved` after one was moved there, or empty (`none`)."""
    titles = [
        trashed(1, because="Listed twice, the other one is complete"),
        trashed(2),
        trashed(
            3, because="sources_gone", clean_run="0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f41", deleted_by="clean-up"
        ),
        trashed(4, title=LONG, because="without-any-gap" * 20),
    ]
    shown = [] if state == "none" else titles
    context = {
        "titles": shown,
        "total": len(shown),
        "moved": titles[0] if state == "moved" else None,
        "next_url": None,
    }
    return "admin/trash.html", context, 200
