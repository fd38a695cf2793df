"""The pages, rendered with hostile and with empty data, in every language."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import wellspring_gateway
from tests.unit.gateway.crawling_pages import CRAWLING, EVIL, NOW
from tests.unit.gateway.editing_pages import EDITING
from tests.unit.gateway.import_pages import IMPORTS
from tests.unit.gateway.letter_pages import LETTERS
from tests.unit.gateway.library_pages import library_pages
from tests.unit.gateway.member_pages import MEMBERS
from tests.unit.gateway.own_pages import OWN
from tests.unit.gateway.page_reader import Reader
from tests.unit.gateway.player_page import PLAYER, SNAPSHOT
from tests.unit.gateway.probe_pages import PROBES
from tests.unit.gateway.publishing_pages import PUBLISHING
from tests.unit.gateway.title_pages import TITLE, TITLES
from tests.unit.gateway.trash_pages import TRASH
from wellspring_gateway.domain.language import SUPPORTED, Messages, Translator

PACKAGE = Path(wellspring_gateway.__file__).parent
CATALOGUES: dict[str, Messages] = {
    code: json.loads((PACKAGE / f"locales/{code}.json").read_text()) for code in SUPPORTED
}
OPERATOR = {"username": EVIL, "role": "operator"}

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

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    **library_pages(TITLE, EVIL),
    **TITLES,
    **PLAYER,
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
