"""Writes the pages of the players, and those of the file host, around the address of a file."""

import json
from html import escape

PAGE = (
    '<!DOCTYPE html>\n<html><head><meta charset="UTF-8"><title>{title}</title></head>\n'
    "<body>\n{body}\n</body></html>\n"
)


def scripted_player(file_url: str) -> str:
    """A player whose script names the file."""
    script = f'var player = new Playerjs({{id:"player", poster:"", file:"{file_url}", hlsconfig:{{}}}});'
    return _page("Player", f'<div id="player"></div>\n<script>\n{script}\n</script>')


def json_player(file_url: str) -> str:
    """A player whose script holds JSON, written for HTML: every ampersand is an entity."""
    data = json.dumps([{"file": file_url.replace("&", "&amp;"), "type": "mp4", "label": "HD"}])
    return _page(
        "Player",
        f'<div id="vplayer"></div>\n<script>\njwplayer("vplayer").setup({{"sources":{data}}});\n</script>',
    )


def nesting_player(inner_url: str) -> str:
    """A player that only frames another one."""
    return _page("Player", f'<iframe src="{escape(inner_url)}" width="100%" height="100%"></iframe>')


def plain_player(file_url: str) -> str:
    """A player of the browser's own."""
    body = (
        f'<video id="vid" controls preload="none"><source src="{escape(file_url)}" type="video/mp4"></video>'
    )
    return _page("Player", body)


def closed_page(name: str) -> str:
    """A page that does nothing without its script."""
    script = "document.getElementById('app').textContent = 'Decrypting';"
    return _page(
        name,
        f'<div id="app">{escape(name)}</div>\n<noscript>JavaScript is needed.</noscript>\n'
        f"<script>{script}</script>",
    )


def download_page(name: str, size: str, file_url: str) -> str:
    """A page with one link to a file."""
    body = (
        f'<h1 class="filename">{escape(name)}</h1><p class="filesize">{size}</p>\n'
        f'<a class="btn btn-download" id="download" href="{escape(file_url)}">Download</a>'
    )
    return _page(name, body)


def _page(title: str, body: str) -> str:
    return PAGE.format(title=escape(title), body=body)
