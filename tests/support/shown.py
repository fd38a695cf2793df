"""Every page there is in every state that it can be in, by its address in the preview."""

from typing import Final

_VISITOR: Final = {
    "home": "/",
    "home, searched": "/?q=tide",
    "home, corrected": "/?state=meant",
    "home, nothing found": "/?state=nothing",
    "home, empty": "/?state=none",
    "home, demo": "/?demo=1",
    "home, stale": "/?state=stale",
    "title": "/title/title-1",
    "title, film": "/title/title-2",
    "title, many episodes": "/title/title-3",
    "player": "/watch/1?state=ready",
    "player, first time": "/watch/1?state=empty",
    "player, scraping": "/watch/1?state=scraping",
    "player, refreshing": "/watch/1?state=refreshing",
    "player, all dead": "/watch/1?state=dead",
    "player, failed": "/watch/1?state=failed",
    "player, cooldown": "/watch/1?state=cooldown",
    "sign in": "/login",
    "sign in, wrong": "/login?state=error",
    "first run": "/setup",
    "first run, wrong": "/setup?state=error",
    "first run, used": "/setup?state=used",
    "invitation": "/invite",
    "invitation, used": "/invite?state=used",
    "not found": "/nowhere",
}
_VIEWER: Final = {
    "home, signed in": "/",
    "title, signed in": "/title/title-1",
    "history": "/history",
    "history, one gone": "/history?state=gone",
    "history, empty": "/history?state=none",
    "list": "/list",
    "list, one gone": "/list?state=gone",
    "list, empty": "/list?state=none",
    "account": "/account",
    "account, profile saved": "/account?state=kept",
    "account, password saved": "/account?state=saved",
    "account, device made": "/account?state=made",
    "account, wrong": "/account?state=error",
    "account, to settle": "/account?state=must",
}
_OPERATOR: Final = {
    "home, operator": "/",
    "home, empty, operator": "/?state=none",
    "title, operator": "/title/title-1",
    "add": "/admin",
    "add, wrong": "/admin?state=error",
    "add, added": "/admin?state=added",
    "marks": "/admin/titles/1/marks",
    "marks, wrong": "/admin/titles/1/marks?state=error",
    "subtitles": "/admin/episodes/1",
    "subtitles, wrong": "/admin/episodes/1?state=error",
    "job": "/admin/jobs/1",
    "job, running": "/admin/jobs/1?state=running",
    "job, crawl": "/admin/jobs/1?state=crawl",
    "settings": "/admin/settings",
    "settings, wrong": "/admin/settings?state=error",
    "catalogues": "/admin/catalogues",
    "catalogues, none": "/admin/catalogues?state=none",
    "catalogue": "/admin/catalogues/1",
    "catalogue, wrong": "/admin/catalogues/1?state=error",
    "definitions": "/admin/definitions",
    "definition": "/admin/definitions/edit?state=tried",
    "definition, wrong": "/admin/definitions/edit?state=error",
    "merges": "/admin/merges",
    "import": "/admin/import",
    "import, preview": "/admin/import?state=preview",
    "import, refused": "/admin/import?state=refused",
    "import, done": "/admin/import?state=done",
    "trash": "/admin/trash",
    "trash, empty": "/admin/trash?state=none",
    "people": "/admin/users",
    "people, wrong": "/admin/users?state=error",
    "log": "/admin/audit",
    "link health": "/admin/probes",
    "link health, trouble": "/admin/probes?state=trouble",
    "probe run": "/admin/probes/1?state=running",
    "dead letters": "/admin/dead",
    "dead letters, many": "/admin/dead?state=many",
    "dead letter": "/admin/dead/links/1",
}


def _signed_in(pages: dict[str, str], who: str) -> dict[str, str]:
    return {name: f"{path}{'&' if '?' in path else '?'}as={who}" for name, path in pages.items()}


SHOWN: Final[dict[str, str]] = {
    **_VISITOR,
    **_signed_in(_VIEWER, "viewer"),
    **_signed_in(_OPERATOR, "operator"),
}
MAIN: Final = (
    "home",
    "title",
    "player, first time",
    "history",
    "list",
    "account, device made",
    "sign in, wrong",
)
"""What is looked at in every run."""
UNSHOWN: Final = frozenset(
    {"base.html", *(f"admin/title_{name}.html" for name in ("edit", "episodes", "found", "metadata"))}
)
"""The frame of all pages, and editing a title, which has tests of its own: the preview has none of these."""
