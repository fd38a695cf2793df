"""Writes the lists of the anime catalogue."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from .dates import DAYS, short_date, weekday
from .frame import PER_PAGE, image, page, pager
from .places import Places
from .titles import Anime
from .words import GENRES


def home_page(places: Places, ongoing: Sequence[Anime], complete: Sequence[Anime]) -> str:
    """The newest of both lists, what goes on first."""
    blocks = (
        ("On-Going Anime", "/ongoing-anime/", ongoing),
        ("Complete Anime", "/complete-anime/", complete),
    )
    body = "\n".join(
        f'<div class="rseries"><div class="rapi"><div class="rvad"><h1>{label}</h1></div>'
        f'<div class="venz"><ul>{"".join(_card(places, one) for one in chosen)}</ul></div>'
        f'<div class="clear"></div><a href="{places.base}{path}">Lihat Semua</a></div></div>'
        for label, path, chosen in blocks
    )
    return page(places, "Home", f'<div class="venutama">{body}</div>')


def list_page(places: Places, titles: Sequence[Anime], number: int, *, ongoing: bool) -> str:
    """One page of the ongoing or of the complete list; raises LookupError past its end."""
    shown, pages = _part(titles, number)
    path = "/ongoing-anime/" if ongoing else "/complete-anime/"
    name = "On-Going Anime" if ongoing else "Complete Anime"
    cards = "\n".join(_card(places, one) for one in shown)
    body = (
        f'<div class="venutama"><div class="rseries"><div class="rapi"><div class="rvad"><h1>{name}</h1>'
        f"</div>"
        f'<div class="venz"><ul>\n{cards}\n</ul></div></div></div>'
        f"{pager(places.base + path, number, pages)}</div>"
    )
    return page(places, name, body)


def a_to_z_page(places: Places, titles: Sequence[Anime]) -> str:
    """Every title under its first letter."""
    blocks = []
    for letter, chosen in groupby(titles, key=lambda anime: anime.title[0].upper()):
        rows = "".join(
            f'<li><a class="hodebgst" href="{places.title(one)}" title="{escape(one.title)}">'
            f"{escape(one.title)}{' <color>On-Going</color>' if one.ongoing else ''}</a></li>"
            for one in chosen
        )
        blocks.append(
            f'<div class="bariskelom"><div class="barispenz"><a name="{letter}">{letter}</a></div>'
            f'<div class="penzbar"><div class="jdlbar"><ul>{rows}</ul></div></div></div>'
        )
    return page(
        places, "Anime List", f'<div class="daftarkartun"><div id="abtext">{"".join(blocks)}</div></div>'
    )


def search_page(places: Places, words: str, titles: Sequence[Anime]) -> str:
    """What was found; a genre of that name is among it, and is no title."""
    rows = [
        f'<li style="list-style:none;">{image(places, one)}'
        f'<h2><a href="{places.title(one)}">{escape(one.title)} Subtitle Indonesia</a></h2>'
        f'<div class="set"><b>Genres</b> : {_genre_links(places, one)}</div>'
        f'<div class="set"><b>Status</b> : {"Ongoing" if one.ongoing else "Completed"}</div>'
        f'<div class="set"><b>Rating</b> : {one.score}</div></li>'
        for one in titles
    ]
    if genre := next((name for name in GENRES if words.casefold() in name.casefold()), None):
        rows.insert(
            0, f'<li style="list-style:none;"><h2><a href="{places.genre(genre)}">Genre {genre}</a></h2></li>'
        )
    body = (
        '<div class="venutama"><div class="rvad"><h1>Search</h1></div>'
        f'<div class="page"><ul class="chivsrc">{"".join(rows)}</ul></div></div>'
    )
    return page(places, f"Search: {words}", body)


def schedule_page(places: Places, titles: Sequence[Anime]) -> str:
    """What is aired on which day of the week."""
    blocks = []
    for day in DAYS:
        rows = "".join(
            f'<li><a href="{places.title(one)}">{escape(one.title)}</a></li>'
            for one in titles
            if weekday(one.last_day) == day
        )
        blocks.append(f'<div class="kglist321"><h2>{day}</h2><ul>{rows}</ul></div>')
    return page(places, "Jadwal Rilis", f'<div class="kgjdwl321">{"".join(blocks)}</div>')


def genres_page(places: Places) -> str:
    """Every genre."""
    links = "".join(f'<a href="{places.genre(name)}">{name}</a>' for name in GENRES)
    return page(places, "Genre List", f'<div id="venkonten2"><ul class="genres"><li>{links}</li></ul></div>')


def genre_page(places: Places, genre: str, titles: Sequence[Anime], number: int) -> str:
    """One page of a genre; raises LookupError past its end."""
    shown, pages = _part(titles, number)
    cards = "".join(_genre_card(places, one) for one in shown)
    body = f'<div class="venser"><div class="jdlrx"><h1>{genre}</h1></div><div class="page">{cards}</div>'
    return page(places, genre, f"{body}{pager(places.genre(genre), number, pages)}</div>")


def _part(titles: Sequence[Anime], number: int) -> tuple[Sequence[Anime], int]:
    pages = max(1, -(-len(titles) // PER_PAGE))
    if not 1 <= number <= pages:
        raise LookupError(number)
    return titles[(number - 1) * PER_PAGE : number * PER_PAGE], pages


def _card(places: Places, anime: Anime) -> str:
    newest = anime.newest
    if anime.ongoing and newest:
        marks = (
            f'<div class="epz"><i class="fa fa-play-circle"></i> Episode {newest.number}</div>'
            f'<div class="epztipe"><i class="fa fa-calendar-check-o"></i> {weekday(newest.day)}</div>'
        )
    else:
        marks = (
            f'<div class="epz"><i class="fa fa-play-circle"></i> {anime.total} Episode</div>'
            f'<div class="epztipe"><i class="fa fa-star-half-o"></i> {anime.score}</div>'
        )
    return (
        f'<li><div class="detpost">{marks}<div class="newnime">{short_date(anime.last_day)}</div>'
        f'<div class="thumb"><a href="{places.title(anime)}"><div class="thumbz">{image(places, anime)}'
        f'<h2 class="jdlflm">{escape(anime.title)}</h2></div></a></div></div></li>'
    )


def _genre_card(places: Places, anime: Anime) -> str:
    season = ("Winter", "Spring", "Summer", "Fall")[(anime.first_day.month - 1) // 3]
    eps = "Unknown" if anime.ongoing else str(anime.total)
    return (
        '<div class="col-md-4 col-anime-con"><div class="col-anime">'
        f'<div class="col-anime-title"><a href="{places.title(anime)}">{escape(anime.title)}</a></div>'
        f'<div class="col-anime-studio">{escape(anime.studio)}</div>'
        f'<div class="col-anime-eps">{eps} Eps</div><div class="col-anime-rating">{anime.score}</div>'
        f'<div class="col-anime-genre">{_genre_links(places, anime)}</div>'
        f'<div class="col-anime-cover">{image(places, anime)}</div>'
        f'<div class="col-synopsis"><p>{escape(anime.synopsis)}</p></div>'
        f'<div class="col-anime-date">{season} {anime.first_day.year}</div></div></div>'
    )


def _genre_links(places: Places, anime: Anime) -> str:
    return ", ".join(f'<a href="{places.genre(name)}" rel="tag">{name}</a>' for name in anime.genres)
