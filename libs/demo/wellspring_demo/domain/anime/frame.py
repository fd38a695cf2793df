"""What every page of the anime catalogue has around it."""

from html import escape

from .places import Places
from .titles import Aired, Anime

DAY_LINKS = (
    ("Home", "/"),
    ("Anime List", "/anime-list/"),
    ("Jadwal Rilis", "/jadwal-rilis/"),
    ("On-going Anime", "/ongoing-anime/"),
    ("Complete Anime", "/complete-anime/"),
    ("Genre List", "/genre-list/"),
)
PER_PAGE = 25
NEAR = 3
"""Pages so far from this one have no link."""


def page(places: Places, title: str, body: str, *, short: str = "") -> str:
    """A whole page; `short` is its address by post id."""
    menu = "".join(f'<li><a href="{places.base}{path}">{label}</a></li>' for label, path in DAY_LINKS)
    shortlink = f"<link rel='shortlink' href='{short}' />\n" if short else ""
    return (
        '<!DOCTYPE html>\n<html lang="id">\n<head>\n<meta charset="UTF-8">\n'
        f"<title>{escape(title)} | Nonton Demo</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{shortlink}</head>\n<body>\n"
        f'<div id="header"><div class="navbar"><ul class="menu">{menu}</ul>'
        f'<form class="searchform" action="{places.base}/" method="get">'
        '<input type="text" name="s"><input type="hidden" name="post_type" value="anime"></form>'
        "</div></div>\n"
        f'<div id="venkonten">\n<div class="vezone">\n{body}\n</div>\n</div>\n'
        '<div id="footer"><div class="copyright">A made-up catalogue of the demo world</div></div>\n'
        "</body>\n</html>\n"
    )


def image(places: Places, anime: Anime) -> str:
    """The poster of a title."""
    return (
        f'<img width="240" height="360" src="{places.poster(anime)}" '
        f'class="attachment-post-thumbnail size-post-thumbnail wp-post-image" alt="{escape(anime.title)}" />'
    )


def episode_name(anime: Anime, episode: Aired) -> str:
    """`Some Title Episode 12 (End) Subtitle Indonesia`."""
    end = " (End)" if episode.last else ""
    return f"{anime.title} Episode {episode.number}{end} Subtitle Indonesia"


def pager(base: str, number: int, pages: int) -> str:
    """Links to the pages of a list; `base` is the address of its first page, with a slash at its end."""

    def to(target: int) -> str:
        return base if target == 1 else f"{base}page/{target}/"

    shown = []
    if number > 1:
        shown.append(f'<a class="prev page-numbers" href="{to(number - 1)}">&laquo; Sebelumnya</a>')
    for target in range(1, pages + 1):
        if target == number:
            shown.append(f'<span aria-current="page" class="page-numbers current">{target}</span>')
        elif target in {1, pages} or abs(target - number) < NEAR:
            shown.append(f'<a class="page-numbers" href="{to(target)}">{target}</a>')
        elif abs(target - number) == NEAR:
            shown.append('<span class="page-numbers dots">&hellip;</span>')
    if number < pages:
        shown.append(f'<a class="next page-numbers" href="{to(number + 1)}">Berikutnya &raquo;</a>')
    return f'<div class="pagination"><div class="pagenavix">{" ".join(shown)}</div></div>'


def redesigned(markup: str) -> str:
    """The same page after a redesign: every class and id has another name."""
    return markup.replace('class="', 'class="nx-').replace('id="', 'id="nx-')
