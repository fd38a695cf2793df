"""The choice of a language, and the words in it."""

import json
import re
from pathlib import Path

import pytest

import wellspring_gateway
from wellspring_gateway.domain.language import SUPPORTED, Messages, Translator, choose_language

LOCALES = Path(wellspring_gateway.__file__).parent / "locales"
CATALOGUES: dict[str, Messages] = {
    code: json.loads((LOCALES / f"{code}.json").read_text()) for code in SUPPORTED
}

CODES = {
    "not_found",
    "forbidden",
    "blocked",
    "throttled",
    "server_error",
    "timeout",
    "dns",
    "connect",
    "too_large",
    "too_many_redirects",
    "blocked_address",
    "bad_url",
    "drift",
    "soft_expired",
    "page_too_complex",
    "no_links",
    "not_media",
    "garbage",
    "job_timeout",
    "internal_error",
    "unknown_definition",
    "cooldown",
    "unavailable",
    "cancelled",
}
FORM_CODES = {
    "required",
    "not_a_number",
    "not_a_url",
    "private_address",
    "episode_exists",
    "quality_not_a_number",
    "too_long",
    "no_links_given",
    "bad_credentials",
    "throttled_login",
    "password_short",
    "passwords_differ",
    "username_taken",
    "bad_csrf",
    "unknown_show",
    "unknown_episode",
}


@pytest.mark.parametrize(
    ("cookie", "header", "expected"),
    [
        (None, None, "en"),
        ("id", "en", "id"),
        ("xx", "id", "id"),
        (None, "id-ID,id;q=0.9,en;q=0.8", "id"),
        (None, "de-DE, en;q=0.5, id;q=0.7", "id"),
        (None, "in-ID", "id"),
        (None, "id;q=0, en", "en"),
        (None, "de, *;q=0.5", "en"),
        (None, ";;;,,=q;q=x,\x00", "en"),
        (None, "id;q=banana", "en"),
        ("../../etc", "", "en"),
    ],
)
def test_a_cookie_wins_then_the_header_then_english(
    cookie: str | None, header: str | None, expected: str
) -> None:
    assert choose_language(cookie, header) == expected


def test_a_very_long_header_costs_nothing_and_still_answers() -> None:
    assert choose_language(None, "de," * 100_000 + "id") == "en"


def test_the_count_picks_the_form() -> None:
    english, indonesian = Translator("en", CATALOGUES), Translator("id", CATALOGUES)
    assert english("fresh.alive", count=1) == "1 server alive"
    assert english("fresh.alive", count=4) == "4 servers alive"
    assert indonesian("fresh.alive", count=1) == "1 server hidup"


def test_a_message_that_a_language_lacks_is_said_in_english() -> None:
    t = Translator("id", {"en": {"only": "Only here"}, "id": {}})
    assert t("only") == "Only here"
    assert t("nowhere") == "nowhere"


def test_an_unknown_placeholder_stays_as_it_is() -> None:
    t = Translator("en", {"en": {"hello": "Hello {name} {other}"}})
    assert t("hello", name="{other}") == "Hello {other} {other}"


def test_the_first_known_key_is_said() -> None:
    t = Translator("en", CATALOGUES)
    assert t.first("js.error.never_heard_of", "js.error.other") == CATALOGUES["en"]["js.error.other"]


def test_scripts_get_their_messages_without_the_prefix() -> None:
    messages = Translator("id", CATALOGUES).js()
    assert messages["scrape"] == "Paksa pencarian"
    assert not any(key.startswith(("js.", "nav.")) for key in messages)


@pytest.mark.parametrize("code", sorted(set(SUPPORTED) - {"en"}))
def test_every_language_has_every_message_and_placeholder(code: str) -> None:
    assert set(CATALOGUES[code]) == set(CATALOGUES["en"])
    for key, message in CATALOGUES["en"].items():
        assert _placeholders(CATALOGUES[code][key]) == _placeholders(message), key


ALIKE = {
    *("site.name", "meta.provider.tmdb", "meta.provider.anilist"),
    *("kind.movie.one", "edit.kind.movie", "library.genre", "library.status", "edit.field.status"),
    *("episode.number", "admin.add.episode", "admin.jobs.what", "role.operator", "role.admin"),
    *("account.token", "title.detail.studio", "edit.field.studio", "edit.field.format", "meta.title"),
    *("js.master", "js.room.stat.server"),
    "uploads.episode",
    *("targets.generation.v2", "targets.kind.dailymotion", "targets.kind.peertube"),
}
"""Names, and words that Indonesian took over: all else that is the same was forgotten."""
ENGLISH = re.compile(
    r"\b(?:the|and|of|is|are|your|with|this|that|not|from|have|was|been|please)\b", re.IGNORECASE
)


def test_no_message_was_left_in_english() -> None:
    same = {
        key
        for key, message in CATALOGUES["en"].items()
        if CATALOGUES["id"][key] == message and re.search(r"[a-z]", re.sub(r"\{\w+\}p?", "", str(message)))
    }
    assert same <= ALIKE
    said = {key: re.sub(r"\{\w+\}", "", str(message)) for key, message in CATALOGUES["id"].items()}
    assert {key: words for key, words in said.items() if ENGLISH.search(words)} == {}


@pytest.mark.parametrize("code", sorted(SUPPORTED))
def test_every_failure_has_a_reason_and_an_advice(code: str) -> None:
    t = Translator(code, CATALOGUES)
    assert [name for name in CODES if not (t.has(f"js.error.{name}") and t.has(f"js.advice.{name}"))] == []
    assert [name for name in FORM_CODES if not t.has(f"form.error.{name}")] == []


def _placeholders(message: object) -> set[str]:
    text = message if isinstance(message, str) else json.dumps(message)
    return set(re.findall(r"\{(\w+)\}", text))


def test_numbers_are_written_as_the_language_has_it() -> None:
    said = {code: Translator(code, CATALOGUES).number(1234567.5) for code in SUPPORTED}
    assert said == {"en": "1,234,567.5", "id": "1.234.567,5"}
