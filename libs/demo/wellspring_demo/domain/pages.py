"""Writes the pages of the demo world, traps included."""

import base64
import html
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parents[1] / "templates"
BUTTON = "server btn"
MIB = 1024 * 1024
JUNK = (
    ("Downoad From Telegram", "https://t-me.example.invalid/wellwatched"),
    ("Fast Mirror", "https://tinyurl.example.invalid/2p9x7"),
    ("Search this file", "https://google.example.invalid/search?q=download"),
    ("Play and Win", "https://casino.example.invalid/?ref=dl"),
)
"""Labels and addresses of the buttons that lead nowhere: names that can never resolve."""


@dataclass(frozen=True)
class Button:
    """One server on a generated page."""

    server: str
    href: str


@dataclass(frozen=True)
class FileFacts:
    """What the card of every page says."""

    file_name: str
    size_bytes: int
    at: float
    """World time of the page, in Unix seconds."""


def permanent_page(facts: FileFacts, token_url: str) -> str:
    """The lasting page of a source; its token URL is base64 twice over."""
    twice = base64.b64encode(base64.b64encode(token_url.encode())).decode()
    body = _template("permanent").substitute(token_url=twice)
    return _page(facts, body, size=human_size(facts.size_bytes), date_label="Share Date", date_id="size")


def generated_page(facts: FileFacts, share_url: str, buttons: list[Button], true_pixel: str | None) -> str:
    """The page behind a token; its pixel button is a decoy, and a script holds `true_pixel`."""
    shown = [_junk(0), _junk(1)]
    shown += [_button(button) for button in buttons]
    shown += [_junk(2), _junk(3)]
    lines = []
    if any(button.server == "fsl" for button in buttons):
        lines += [
            f"var now = new Date({int(facts.at * 1000)});",
            "var fsl = document.getElementById('fsl');",
            "fsl.href = fsl.href + '1' + now.getUTCMinutes();",
        ]
    if true_pixel:
        lines += [f'var pxl = "{true_pixel}";', "document.getElementById('pxl').href = pxl;"]
    body = _template("generated").substitute(
        share_url=html.escape(share_url), buttons="\n".join(shown), script="\n".join(lines)
    )
    return _page(facts, body, size=human_size(facts.size_bytes), date_label="Date", date_id="date")


def soft_expired_page(facts: FileFacts, share_url: str) -> str:
    """What a used or old token gets, with status 200."""
    body = _template("soft_expired").substitute(share_url=share_url)
    return _page(facts, body, size="NAN ", date_label="Date", date_id="date")


def script_page(facts: FileFacts, source_id: str, token: str, *, wait_for_click: bool) -> str:
    """A page whose links only a script can bring."""
    body = _template("script_page").substitute(
        seed=token[::-1],
        source_id=source_id,
        wait_for_click="true" if wait_for_click else "false",
        button_class=BUTTON,
    )
    return _page(facts, body, size=human_size(facts.size_bytes), date_label="Share Date", date_id="size")


def pixel_page(facts: FileFacts, pixel_id: str) -> str:
    """The viewer page of a pixel file."""
    body = _template("pixel").substitute(
        file_name=html.escape(facts.file_name), size=human_size(facts.size_bytes), pixel_id=pixel_id
    )
    return _bare(facts.file_name, body)


def fast_page(file_name: str, file_url: str) -> str:
    """The last stop before a file of the 10gbps server."""
    body = _template("fast").substitute(file_name=html.escape(file_name), file_url=html.escape(file_url))
    return _bare(file_name, body)


def message_page(headline: str, message: str) -> str:
    """A page that only says something."""
    return _bare(headline, _template("message").substitute(headline=html.escape(headline), message=message))


def label_of(server: str) -> str:
    """The text on a server's button."""
    return {"fsl": "Download [FSL Server]", "pixel": "Download [PixelServer : 2]"}.get(
        server, "Download [Server : 10Gbps]"
    )


def drifted(page: str) -> str:
    """The same page after a redesign: other classes, other variables, no anchors."""
    redesign = {
        "<a ": "<span ",
        "</a>": "</span>",
        " href=": " data-go=",
        'class="': 'class="qz-',
        'id="': 'id="qz-',
        "var url": "var qz7",
        "atob(atob(": "qzd(qzd(",
        "var pxl": "var qz8",
        "var fsl": "var qz9",
        "var seed": "var qz3",
        "createElement('a')": "createElement('span')",
    }
    for old, new in redesign.items():
        page = page.replace(old, new)
    return page


def human_size(size: int) -> str:
    """`1.25 MB`."""
    return f"{size / MIB:.2f} MB" if size >= MIB else f"{size / 1024:.2f} KB"


def _button(button: Button) -> str:
    kind, extra = {
        "fsl": ("btn-success btn-lg h6", ' id="fsl"'),
        "pixel": ("btn-success", ' id="pxl" download'),
    }.get(button.server, ("btn-danger", ""))
    icon = '<i class="fas fa-file-download fa-lg"></i>'
    href = html.escape(button.href)
    return f'<a class="{BUTTON} {kind}"{extra} href="{href}">{icon} {label_of(button.server)}</a>'


def _junk(number: int) -> str:
    label, href = JUNK[number]
    return f'<a class="{BUTTON} btn-danger" href="{html.escape(href)}" rel="nofollow">{label}</a>'


def _page(facts: FileFacts, body: str, *, size: str, date_label: str, date_id: str) -> str:
    card = _template("card").substitute(
        file_name=html.escape(facts.file_name),
        size=size,
        date_label=date_label,
        date_id=date_id,
        date=time.strftime("%d %b %Y %H:%M", time.gmtime(facts.at)),
        body=body,
    )
    return _bare(facts.file_name, card)


def _bare(title: str, body: str) -> str:
    return f"{_template('head').substitute(file_name=html.escape(title))}{body}</body>\n</html>\n"


@cache
def _template(name: str) -> Template:
    return Template((TEMPLATES / f"{name}.html").read_text(encoding="utf-8"))
