"""How somebody likes it: what they said, what their browser holds, and what is shown."""

from typing import Any, get_args

import pytest

from wellspring_gateway.domain.documents.people import Language, Theme
from wellspring_gateway.domain.language import SUPPORTED
from wellspring_gateway.domain.preferences import THEMES, Shown, Wishes, shown_to, told_by, wishes_in

NOTHING = Wishes()


@pytest.mark.parametrize(
    ("cookies", "held"),
    [
        ({}, NOTHING),
        ({"ws_lang": "id", "ws_theme": "dark", "ws_autoplay": "off"}, Wishes("id", "dark", autoplay=False)),
        ({"ws_lang": "xx", "ws_theme": "<b>", "ws_autoplay": "perhaps"}, NOTHING),
        ({"ws_autoplay": "on"}, Wishes(autoplay=True)),
    ],
)
def test_what_a_browser_holds_is_read_and_its_nonsense_is_not(cookies: dict[str, str], held: Wishes) -> None:
    assert wishes_in(cookies) == held


@pytest.mark.parametrize(
    ("kept", "held", "header", "shown"),
    [
        (None, NOTHING, None, Shown("en", "auto", autoplay=True)),
        (None, NOTHING, "id-ID,id;q=0.9", Shown("id", "auto", autoplay=True)),
        (None, Wishes("en", "dark", autoplay=False), "id", Shown("en", "dark", autoplay=False)),
        (Wishes("id", "light", autoplay=True), Wishes("en", "dark", autoplay=False), "en",
         Shown("id", "light", autoplay=True)),
        (Wishes(autoplay=False), Wishes("id", "dark", autoplay=True), None,
         Shown("id", "dark", autoplay=False)),
    ],
)  # fmt: skip
def test_what_a_person_said_counts_more_than_what_their_browser_holds(
    kept: Wishes | None, held: Wishes, header: str | None, shown: Shown
) -> None:
    assert shown_to(kept, held, header) == shown


@pytest.mark.parametrize(
    ("form", "changes"),
    [
        ({}, {}),
        ({"lang": "id"}, {"language": "id"}),
        ({"lang": "", "theme": ""}, {"language": None, "theme": None}),
        ({"lang": "xx", "theme": "<b>", "autoplay": "true"}, {}),
        ({"theme": "dark", "autoplay": "off"}, {"theme": "dark", "autoplay": False}),
    ],
)
def test_a_form_changes_what_it_says_and_nothing_else(form: dict[str, str], changes: dict[str, Any]) -> None:
    assert told_by(form) == changes


def test_the_api_knows_the_same_languages_and_themes_as_the_pages() -> None:
    assert set(get_args(Language)) == set(SUPPORTED)
    assert get_args(Theme) == THEMES
