"""The library as templates see it: searched, corrected, narrowed down, and empty."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from wellspring_gateway.domain.home import GoesOn, Mark, NewEpisode
from wellspring_gateway.domain.listing import Wanted
from wellspring_gateway.domain.shelf import query_of


def library_pages(title: dict[str, Any], evil: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return pages by their name, each with its template and context."""
    hostile = Wanted(query=evil, genre=evil, language=evil, kind="movie")

    def shown(wanted: Wanted, titles: list[dict[str, Any]], **more: Any) -> tuple[str, dict[str, Any]]:
        return "library.html", {
            "titles": titles,
            "wanted": wanted,
            "shown": query_of(wanted),
            "total": len(titles),
            "meant": None,
            "genres": [evil, "Drama"],
            "languages": ["ko"],
            "next_url": None,
            "start_url": None,
            "home": None,
            "recent": [],
        } | more

    mark = Mark(60.0, 600.0, finished=False)
    on = GoesOn(1, 2, Decimal("12.5"), is_next=True, mark=mark, title=title)
    home = {
        "going_on": [{"on": on, "title": title, "watch_url": "/watch/1"}],
        "new_episodes": [
            {"episode": NewEpisode(2, 1, Decimal(3), 0, title), "title": title, "watch_url": "/watch/2"}
        ],
    }
    return {
        "library, home": shown(Wanted(), [title], home=home, recent=[title]),
        "library, small home": shown(Wanted(), [title], home={"going_on": [], "new_episodes": []}),
        "library": shown(hostile, [title], next_url="/?a=1"),
        "library, corrected": shown(replace(hostile, kind=None), [title], meant=evil),
        "library, too many": shown(Wanted(), [title], total=None),
        "library, nothing found": shown(hostile, []),
        "library, empty": shown(Wanted(), []),
    }
