"""The pages, rendered with hostile and with empty data, in every language."""

import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import wellspring_gateway
from tests.unit.gateway.crawling_pages import CRAWLING
from tests.unit.gateway.editing_pages import EDITING
from tests.unit.gateway.import_pages import IMPORTS
from tests.unit.gateway.letter_pages import LETTERS
from tests.unit.gateway.library_pages import library_pages
from tests.unit.gateway.member_pages import MEMBERS
from tests.unit.gateway.own_pages import OWN
from tests.unit.gateway.probe_pages import PROBES
from tests.unit.gateway.publishing_pages import PUBLISHING
from tests.unit.gateway.trash_pages import TRASH
from wellspring_gateway.domain.home import GoesOn, Mark
from wellspring_gateway.domain.language import SUPPORTED, Messages, Translator
from wellspring_gateway.domain.parts import Part, part_links
from wellspring_gateway.domain.why import PlainLink, Words

PACKAGE = Path(wellspring_gateway.__file__).parent
CATALOGUES: dict[str, Messages] = {
    code: json.loads((PACKAGE / f"locales/{code}.json").read_text()) for code in SUPPORTED
}
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'"
NOW = "2026-01-01T00:00:00+00:00"
OPERATOR = {"username": EVIL, "role": "operator"}
VOID = {"meta", "link", "input", "path", "circle", "rect", "br", "img"}

TITLE: dict[str, Any] = {
    "id": 3,
    "slug": "a-title",
    "title": EVIL,
    "original_title": EVIL,
    "year": 2020,
    "kind": "series",
    "genres": [EVIL],
    "episode_count": 2,
    "live_links": 4,
    "first_watch_url": "/watch/1",
    "synopsis": EVIL,
    "poster_url": "/posters/3/0123456789abcdef",
    **dict.fromkeys(("format", "studio", "producer", "duration", "language"), EVIL),
    "status": "ongoing",
    "score": 7.5,
    "total_episodes": 12,
    "release_date": "2024-04-06",
    "metadata_sources": ["anilist", "nfo", "tmdb"],
}
EPISODE: dict[str, Any] = {
    "id": 1,
    "season": 1,
    "number": 12.5,
    "label": EVIL,
    "name": EVIL,
    "watch_url": "/watch/1",
    "live_links": 0,
    "total_links": 9,
    "checked_at": NOW,
    "state": "alive",
    "due_at": NOW,
    "why": "watched",
}
LINK: dict[str, Any] = {
    "id": 1,
    "generation": 1,
    "quality": 1080,
    "server": EVIL,
    "label": EVIL,
    "kind": "stream",
    "container": "mp4",
    "url": "https://files.example/a",
    "size_bytes": 1,
    "state": "alive",
    "offered": True,
    "playable": True,
    "via": "direct",
    "play_url": "https://files.example/a",
    "expires_at": None,
    "checked_at": None,
    "scraped_at": None,
    "expiry": {"at": None, "basis": "default", "evidence": EVIL},
    "health": {
        "state": "alive",
        "reason": None,
        "since": None,
        "checked_at": None,
        "ok_at": None,
        "latency_ms": None,
    },
}
SNAPSHOT: dict[str, Any] = {
    "episode_id": 1,
    "links": [LINK],
    "masters": [{"quality": 480, "url": "https://pages.example"}],
    "job": None,
    "server_info": {"server_count": 1, "minimum": 9, "needs_force_scrape": False, "message": None},
    "cooldown_until": None,
    "can_scrape": True,
    "stale": False,
}
PLAIN = [
    PlainLink(1080, EVIL, "https://files.example/a", "alive", (Words("js.why.dead", {"ago": EVIL}, EVIL),)),
    PlainLink(None, EVIL, None, "dead", (Words("js.how.issued", {"time": EVIL, "life": EVIL}),)),
    PlainLink(None, "pixel", None, "expired", (Words("js.expiry.in", minutes=125),)),
]
JOB: dict[str, Any] = {
    "id": "0193",
    "kind": "scrape",
    "state": "failed",
    "label": EVIL,
    "reason": EVIL,
    "lane": EVIL,
    "attempts": 2,
    "requested_by": EVIL,
    "requested_at": NOW,
    "started_at": None,
    "finished_at": None,
    "error_code": "never_heard_of",
    "error_detail": EVIL,
    "watch_url": "/watch/1",
    "counts": {"links": 0},
    "timings": {EVIL: 12},
    "browser": [{"quality": None, "code": EVIL, "because": EVIL, "links": 1}],
    "problems": [{"quality": None, "code": "drift", "detail": EVIL, "url": EVIL, "server": EVIL}],
    "step": None,
    "library": None,
}
FORM = {
    "form": {"show": EVIL, "link2160": EVIL},
    "jobs": [JOB, {**JOB, "state": "running"}],
    "usual": ["link480", "link720"],
    "rare": ["link2160"],
    "shows": [EVIL],
    "idempotency_key": "k",
}
SETTING = {
    "key": "link_ttl_hours",
    "value": 6,
    "unit": "hours",
    "min": 1,
    "max": 9,
    "kind": "float",
    "default": 6,
}

ASKING: dict[str, Any] = {
    "working": [EPISODE],
    "on": None,
    "on_url": None,
    "refresh": {"url": "/title/a/refresh", "fields": {"season": "1"}},
    "told": {"asked": True, "wait_s": None, "none": False},
}
PARTS = [Part(season, Decimal(at), Decimal(at + 99), 100) for season in (1, 2) for at in (1, 101)]
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    **library_pages(TITLE, EVIL),
    "title": (
        "title.html",
        {
            "title": TITLE,
            "seasons": [{"season": 1, "episodes": [EPISODE]}],
            "ways": part_links(PARTS, PARTS[0], "s"),
            "first_watch_url": "/watch/1",
            **ASKING,
            "refresh_paused": False,
            "elsewhere": {"members_only": False, "stremio": "stremio:///", "install": "stremio://h"},
        },
    ),
    "title, members": (
        "title.html",
        {
            "title": TITLE,
            "seasons": [{"season": 1, "episodes": [EPISODE]}],
            "ways": part_links(PARTS, PARTS[0], "s"),
            "first_watch_url": "/watch/1",
            **ASKING,
            "refresh_paused": False,
            "elsewhere": {"members_only": True, "stremio": "stremio:///"},
        },
    ),
    "title, watched": (
        "title.html",
        {
            "title": TITLE,
            "seasons": [
                {
                    "season": 1,
                    "episodes": [
                        {**EPISODE, "mark": Mark(60.0, 600.0, finished=False)},
                        {**EPISODE, "mark": Mark(60.0, 600.0, finished=True), "live_links": 3},
                        {**EPISODE, "total_links": 0},
                    ],
                }
            ],
            "ways": part_links([], None, "s"),
            "first_watch_url": "/watch/1",
            **ASKING,
            "working": [],
            "told": {"asked": True, "wait_s": 90, "none": False},
            "on": GoesOn(2, 1, Decimal(2), is_next=True, mark=Mark(60.0, 600.0, finished=False), title=TITLE),
            "on_url": "/watch/2",
            "refresh_paused": False,
            "elsewhere": {"members_only": True, "stremio": "stremio:///"},
        },
    ),
    "title, film": (
        "title.html",
        {
            "title": {**TITLE, "kind": "movie"},
            "seasons": [{"season": 1, "episodes": [EPISODE]}],
            "ways": part_links([], None, "s"),
            "first_watch_url": "/watch/1",
            **ASKING,
            "working": [],
            "told": {"asked": False, "wait_s": None, "none": True},
            "refresh_paused": False,
            "elsewhere": {"members_only": True, "stremio": "stremio:///"},
        },
    ),
    "title, empty": (
        "title.html",
        {
            "title": {**TITLE, "kind": "movie"},
            "seasons": [],
            "ways": part_links([], None, "s"),
            "first_watch_url": None,
            **ASKING,
            "refresh_paused": True,
        },
    ),
    "player": (
        "player.html",
        {
            "title": TITLE,
            "episode": EPISODE,
            "prev_url": None,
            "next_url": "/watch/2",
            "snapshot": SNAPSHOT,
            "plain": PLAIN,
            "live_url": "/api/v1/live?episode=1",
        },
    ),
    "login": ("login.html", {"error": "bad_credentials", "next": EVIL}),
    "setup": (
        "setup.html",
        {"errors": {"password": "password_short"}, "invalid_token": False, "token": EVIL},
    ),
    "setup, used": ("setup.html", {"errors": {}, "invalid_token": True, "token": ""}),
    "form": (
        "admin/episode_form.html",
        {**FORM, "errors": {"show": {"key": "required", "params": {}}}, "added": None},
    ),
    "form, added": (
        "admin/episode_form.html",
        {**FORM, "errors": {}, "added": {"player_url": "/p", "label": EVIL}},
    ),
    "job": ("admin/job.html", {"job": JOB}),
    "job, running": ("admin/job.html", {"job": {**JOB, "state": "running"}}),
    "job, cancelling": ("admin/job.html", {"job": {**JOB, "state": "queued"}, "cancelling": True}),
    "job, cancelled": ("admin/job.html", {"job": {**JOB, "state": "cancelled", "cancelled_by": EVIL}}),
    "settings": (
        "admin/settings.html",
        {
            "settings": [
                SETTING,
                {
                    **SETTING,
                    "key": "preferred_servers",
                    "value": [EVIL],
                    "kind": "list",
                    "min": None,
                    "max": None,
                },
                {**SETTING, "key": "a_switch", "value": True, "kind": "bool"},
                {**SETTING, "key": "a_word", "value": EVIL, "kind": "text"},
            ],
            "errors": {"link_ttl_hours": {"key": "out_of_range", "params": {}}},
        },
    ),
    **CRAWLING,
    **IMPORTS,
    **EDITING,
    **LETTERS,
    **PROBES,
    **PUBLISHING,
    **MEMBERS,
    **OWN,
    **TRASH,
    "error": ("error.html", {"status": 418, "key": "never_heard_of", "detail": EVIL}),
}


class Reader(HTMLParser):
    """Collects what a strict policy and a screen reader would trip over."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[str] = []
        self.headings = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.faults += [f"{tag} {name}" for name, _ in attrs if name == "style" or name.startswith("on")]
        if tag == "style" or (
            tag == "script" and "src" not in values and values.get("type") != "application/json"
        ):
            self.faults.append(f"inline {tag}")
        for name in ("href", "src", "action"):
            if (values.get(name) or "").strip().lower().startswith(("javascript:", "data:")):
                self.faults.append(f"{tag} {name}")
        self.ids += [values["id"] or ""] if "id" in values else []
        self.labels |= {values["for"] or ""} if tag == "label" and "for" in values else set()
        typed = tag in {"input", "select", "textarea"} and values.get("type") not in {"hidden", "checkbox"}
        self.fields += [values.get("id") or ""] if typed else []
        self.headings += tag == "h1"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"unbalanced {tag}")


# One for all: compiling the templates again for each test takes most of the time.
ENVIRONMENT = Environment(
    loader=FileSystemLoader(PACKAGE / "templates"), autoescape=True, undefined=StrictUndefined
)


def render(page: str, language: str = "en", **common: Any) -> str:
    """Render a page as the gateway does, refusing anything undefined."""
    template, context = PAGES[page]
    shared = {
        "t": Translator(language, CATALOGUES),
        "lang": language,
        "langs": SUPPORTED,
        "theme": "auto",
        "user": OPERATOR,
        "csrf_token": "token",
        "demo": True,
        "stale": True,
        "path": "/",
        "assets": "/static/dist/{}".format,
    }
    return ENVIRONMENT.get_template(template).render(**shared | common, **context)


@pytest.mark.parametrize("language", sorted(SUPPORTED))
@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_page_is_sound_in_every_language(page: str, language: str) -> None:
    html = render(page, language)
    reader = Reader()
    reader.feed(html)
    assert reader.faults == []
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    assert [field for field in reader.fields if field not in reader.labels] == []
    assert reader.headings == 1
    assert f'<html lang="{language}"' in html
    assert "alert(1)</script>" not in html
    assert "<img src=x" not in html


@pytest.mark.parametrize("page", sorted(PAGES))
def test_no_page_shows_a_bare_message_key(page: str) -> None:
    visible = re.sub(r"<script.*?</script>", "", render(page), flags=re.DOTALL)
    shown = set(re.findall(r"\b[a-z]+(?:\.[a-z_0-9]+)+\b", re.sub(r"<[^>]*>", " ", visible)))
    roots = {key.split(".")[0] for key in CATALOGUES["en"]}
    assert [word for word in shown if word.split(".")[0] in roots] == []


@pytest.mark.parametrize("page", sorted(PAGES))
def test_visitors_see_no_operator_links(page: str) -> None:
    html = render(page, user=None, path="/elsewhere")
    assert 'href="/admin/settings"' not in html
    assert 'href="/login?next=' in html


def test_the_snapshot_reaches_the_script_whole() -> None:
    html = render("player")
    found = re.search(r'<script type="application/json" id="snapshot">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    assert json.loads(found[1]) == SNAPSHOT


def test_field_errors_are_tied_to_their_fields() -> None:
    html = render("form")
    assert re.search(r'<input id="f-show"[^>]*aria-invalid="true"[^>]*aria-describedby="e-show"', html)
    assert 'href="#f-show"' in html


def test_a_used_rare_quality_is_not_hidden() -> None:
    assert re.search(r'<details class="more-qualities" open>', render("form"))


def test_the_limits_of_a_channel_are_shown_without_a_needless_fraction() -> None:
    words = " ".join(re.sub(r"<[^>]*>", " ", render("channels")).split())
    assert "4 of 600 " in words
    assert "2.5 min" in words
