"""Names of titles and episodes."""

from decimal import Decimal

import pytest

from wellspring_gateway.domain.titles import EpisodeHead, label_of, number_text, slug_of, slugs_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The Glory", "the-glory"),
        ("  Crash Landing -- on You!  ", "crash-landing-on-you"),
        ("Café Société", "cafe-societe"),
        ("2037", "2037"),
        ("더 글로리", "title"),
        ("!!!", "title"),
        ("", "title"),
        ("../../etc/passwd", "etc-passwd"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("ＦＵＬＬ width", "full-width"),
    ],
)
def test_a_slug_is_what_survives_in_plain_letters(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_slug_is_short_and_does_not_end_in_a_dash() -> None:
    slug = slug_of("a" * 79 + " " + "b" * 300)
    assert len(slug) <= 80
    assert not slug.endswith("-")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1", "1"),
        ("1.00", "1"),
        ("12.50", "12.5"),
        ("0", "0"),
        ("0.00", "0"),
        ("100", "100"),
        ("99999.99", "99999.99"),
    ],
)
def test_a_number_is_written_as_people_write_it(number: str, text: str) -> None:
    assert number_text(Decimal(number)) == text


def test_a_label_names_season_and_episode_and_a_film_needs_none() -> None:
    assert label_of(kind="series", season=1, number=Decimal("12.50")) == "S1 E12.5"
    assert label_of(kind="series", season=0, number=Decimal(0)) == "S0 E0"
    assert label_of(kind="movie", season=1, number=Decimal(1)) == ""


def test_an_episode_knows_its_label() -> None:
    head = EpisodeHead(1, 1, "The Glory", "the-glory", "series", 2, Decimal(3), None)
    assert head.label == "S2 E3"


def test_slugs_of_a_name_are_tried_in_their_order() -> None:
    assert list(slugs_of("The Glory!", most=3)) == ["the-glory", "the-glory-2", "the-glory-3"]
