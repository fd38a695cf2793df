"""Writes the pages of one episode, of a batch, and of a complete series."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from .detail import facts
from .exchange import packed
from .frame import episode_name, image, page
from .offers import MIRRORS, Offer, downloads, mirrors
from .places import Places
from .titles import Aired, Anime

DEFAULT_QUALITY = 480


@dataclass(frozen=True)
class Outside:
    """What a page must be told about the rest of the world."""

    player: Callable[[Offer], str]
    """The address of a player."""
    shim: Callable[[Offer], str]
    """The address of a download, which redirects."""
    size: Callable[[int], str]
    """The size of a file of so many lines, as text."""
    actions: tuple[str, str]
    """The names of the two actions of the exchange."""


def episode_page(places: Places, anime: Anime, episode: Aired, outside: Outside) -> str:
    """The default player, the other mirrors, and the downloads of one episode."""
    default = outside.player(Offer(episode.post_id, DEFAULT_QUALITY, MIRRORS[0]))
    name = episode_name(anime, episode)
    body = (
        f'<div class="venutama"><h1 class="posttl">{escape(name)}</h1>'
        f'<div class="flir">{_neighbours(places, anime, episode)}</div>'
        '<div id="lightsVideo"><div id="pembed"><div class="responsive-embed-stream">'
        f'<iframe src="{default}" width="100%" height="100%" allowfullscreen="true"></iframe>'
        "</div></div></div>\n"
        f'<div class="mirrorstream">{_mirrors(episode)}</div>\n'
        f'<div class="download"><h4>{escape(name)}</h4>{_downloads(episode, outside)}</div>\n'
        f'<div class="cukder">{image(places, anime)}'
        f'<div class="infozingle">{facts(places, anime)}</div></div>'
        f"{_script(places, outside.actions)}</div>"
    )
    return page(places, name, body, short=places.short(episode.post_id))


def batch_page(places: Places, anime: Anime, outside: Outside) -> str:
    """All episodes in one file, for each kind of file."""
    name = f"{anime.title} Batch Subtitle Indonesia"
    rows = "".join(
        f"<li><strong>{kind} {quality}p</strong> "
        f'<a href="{outside.shim(Offer(anime.post_id, quality, "odfiles"))}" target="_blank">ODFiles</a> '
        f"<i>{outside.size(quality)}</i></li>"
        for kind, quality in (("MP4", 480), ("MP4", 720), ("MKV", 1080))
    )
    body = (
        f'<div class="venser"><div class="jdlrx"><h1>{escape(name)}</h1></div>{image(places, anime)}'
        f'<div class="infos">{facts(places, anime)}</div><div class="download2"><div class="batchlink">'
        f"<h4>{escape(name)}</h4><ul>{rows}</ul></div></div></div>"
    )
    return page(places, name, body)


def complete_page(places: Places, anime: Anime, outside: Outside) -> str:
    """The downloads of all episodes on one page."""
    blocks = "".join(
        f"<h4>{escape(episode_name(anime, episode))}</h4>{_downloads(episode, outside)}"
        for episode in anime.episodes
    )
    name = f"{anime.title} Lengkap Subtitle Indonesia"
    return page(places, name, f'<div class="venser"><div class="download">{blocks}</div></div>')


def _neighbours(places: Places, anime: Anime, episode: Aired) -> str:
    listed = anime.episodes
    at = listed.index(episode)
    links = [f'<a href="{places.title(anime)}">See All Episodes</a>']
    if at > 0:
        before = places.episode(anime, listed[at - 1])
        links.insert(0, f'<a href="{before}" title="Episode Sebelumnya">Previous Eps.</a>')
    if at + 1 < len(listed):
        after = places.episode(anime, listed[at + 1])
        links.append(f'<a href="{after}" title="Episode Selanjutnya">Next Eps.</a>')
    return " ".join(links)


def _mirrors(episode: Aired) -> str:
    lists = []
    for quality, names in mirrors(episode).items():
        rows = "".join(_mirror(episode, quality, index, name) for index, name in enumerate(names))
        lists.append(f'<ul class="m{quality}p"><li>Mirror {quality}p</li>{rows}</ul>')
    return "".join(lists)


def _mirror(episode: Aired, quality: int, index: int, name: str) -> str:
    content = packed({"id": episode.post_id, "i": index, "q": f"{quality}p"})
    default = ' data-default="true"' if (quality, index) == (DEFAULT_QUALITY, 0) else ""
    return f'<li><a href="#" data-content="{content}"{default}>{name}</a></li>'


def _downloads(episode: Aired, outside: Outside) -> str:
    rows = []
    for (kind, quality), providers in downloads(episode).items():
        urls = {name: outside.shim(Offer(episode.post_id, quality, name.lower())) for name in providers}
        links = " ".join(f'<a href="{url}" target="_blank">{name}</a>' for name, url in urls.items())
        rows.append(f"<li><strong>{kind} {quality}p</strong> {links} <i>{outside.size(quality)}</i></li>")
    return f"<ul>{''.join(rows)}</ul>"


def _script(places: Places, actions: tuple[str, str]) -> str:
    nonce, player = actions
    url = f"{places.base}/wp-admin/admin-ajax.php"
    return (
        "\n<script>\n"
        '$(document).ready(function(){var o=function(e,n){$.ajax({type:"POST",'
        f'url:"{url}",data:{{...e,nonce:window.__x__nonce,action:"{player}"}},success:n}})}},'
        't=function(e){$.ajax({type:"POST",'
        f'url:"{url}",data:{{action:"{nonce}"}},success:function(n){{window.__x__nonce=n.data,e()}}}})}};\n'
        '$(".mirrorstream ul li a").on("click",function(e){e.preventDefault();'
        'var n=JSON.parse(atob($(this).data("content")));'
        't(function(){o(n,function(a){$("#pembed").html(atob(a.data))})})});});\n'
        "</script>"
    )
