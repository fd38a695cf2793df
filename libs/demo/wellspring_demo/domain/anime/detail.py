"""Writes the page of one title."""

from html import escape

from .dates import long_date, release_date
from .frame import episode_name, image, page
from .places import Places
from .titles import Anime

SEPARATOR = "pembatas-episode"


def detail_page(places: Places, anime: Anime) -> str:
    """Facts, synopsis, and three lists that share one id: batch, episodes and complete."""
    body = (
        f'<div class="venser" id="post-{anime.post_id}"><div class="jdlrx"><h1>{escape(anime.title)}'
        f' Subtitle Indonesia</h1></div><div class="fotoanime">{image(places, anime)}'
        f'<div class="infozin"><div class="infozingle">{facts(places, anime)}</div></div></div>'
        f'<div class="sinopc"><p>{escape(anime.synopsis)}</p></div>\n'
        f"{_block(f'{anime.title} Batch', _batch(places, anime))}\n"
        f"{_block(f'{anime.title} Episode List', _episodes(places, anime))}\n"
        f"{_block(f'{anime.title} Lengkap', _complete(places, anime))}</div>"
    )
    return page(places, f"{anime.title} Subtitle Indonesia", body, short=places.short(anime.post_id))


def facts(places: Places, anime: Anime) -> str:
    """What is known of a title, a label and a value each, in an order that never changes."""
    genres = ", ".join(f'<a href="{places.genre(name)}" rel="tag">{name}</a>' for name in anime.genres)
    rows = (
        ("Judul", escape(anime.title)),
        ("Japanese", anime.japanese),
        ("Skor", anime.score),
        ("Produser", escape(anime.producer)),
        ("Tipe", anime.format),
        ("Status", "Ongoing" if anime.ongoing else "Completed"),
        ("Total Episode", "Unknown" if anime.ongoing else str(anime.total)),
        ("Durasi", anime.duration),
        ("Tanggal Rilis", release_date(anime.first_day)),
        ("Studio", escape(anime.studio)),
        ("Genre", genres),
    )
    return "".join(f"<p><span><b>{label}</b>: {value}</span></p>" for label, value in rows)


def _block(heading: str, rows: list[str]) -> str:
    return (
        '<div id="serieslist"></div><div class="episodelist"><div class="smokelister">'
        f'<span class="monktit">{escape(heading)}</span></div><ul>{"".join(rows)}</ul></div>'
    )


def _row(url: str, label: str, when: str) -> str:
    return f'<li><span><a href="{url}">{escape(label)}</a></span><span class="zeebr">{when}</span></li>'


def _batch(places: Places, anime: Anime) -> list[str]:
    if not anime.batch:
        return []
    label = f"{anime.title} Batch Subtitle Indonesia"
    return [_row(places.batch(anime), label, long_date(anime.last_day))]


def _episodes(places: Places, anime: Anime) -> list[str]:
    rows = []
    for episode in reversed(anime.episodes):
        if anime.separated_after == episode.number:
            rows.append(_row(f"{places.base}/episode/{SEPARATOR}/", "--- Pembatas Episode ---", ""))
        rows.append(
            _row(places.episode(anime, episode), episode_name(anime, episode), long_date(episode.day))
        )
    return rows


def _complete(places: Places, anime: Anime) -> list[str]:
    if not anime.complete_page:
        return []
    label = f"{anime.title} Lengkap Subtitle Indonesia"
    return [_row(places.complete(anime), label, long_date(anime.last_day))]
