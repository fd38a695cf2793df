from decimal import Decimal

import pytest

from wellspring_uploader.domain.templates import (
    BadTemplate,
    Facts,
    check,
    description,
    plain,
    shortened,
    video_title,
)

FACTS = Facts("Show", 2, Decimal("12.50"), "The Door", 2024, "About a door.\n\nIn two parts.")


def test_a_title_is_made_as_the_seed_promises() -> None:
    assert video_title("{title} - Episode {number}", FACTS) == "Show - Episode 12.5"


def test_every_field_is_filled_in() -> None:
    template = "{title}|{season}|{number}|{episode}|{year}"
    assert video_title(template, FACTS) == "Show|2|12.5|The Door|2024"
    assert description("{synopsis}", FACTS) == "About a door.\n\nIn two parts."


def test_what_is_not_known_leaves_no_hole() -> None:
    bare = Facts("Show", 1, Decimal(3))
    assert video_title("{title} - Episode {number}: {episode}", bare) == "Show - Episode 3"
    assert description("{synopsis}", bare) == ""


@pytest.mark.parametrize("template", ["{Title}", "{title.x}", "{0}", "{}", "{title!r}", "{synopsis:>9}"])
def test_an_unknown_field_is_refused_with_those_there_are(template: str) -> None:
    with pytest.raises(BadTemplate, match=r"\{title\}, \{season\}, \{number\}"):
        check(template)


@pytest.mark.parametrize("template", ["{title", "title}", "{{title}}", "a } b"])
def test_a_brace_alone_is_refused(template: str) -> None:
    with pytest.raises(BadTemplate, match="stands alone"):
        check(template)


def test_what_a_title_says_is_text_and_no_template() -> None:
    assert video_title("{title}", Facts("{synopsis} {x}", 1, Decimal(1))) == "{synopsis} {x}"


def test_an_empty_title_is_refused() -> None:
    with pytest.raises(BadTemplate, match="empty"):
        video_title("{episode}", Facts("Show", 1, Decimal(1)))


def test_long_texts_are_cut_at_a_word() -> None:
    assert len(video_title("{title}", Facts("word " * 100, 1, Decimal(1)))) <= 255
    assert shortened("one two three four", 14) == "one two three…"
    assert shortened("x" * 40, 10) == "x" * 9 + "…"
    assert len(description("{synopsis}", Facts("S", 1, Decimal(1), synopsis="y" * 5000))) == 3000


@pytest.mark.parametrize(
    ("number", "wanted"), [("1.00", "1"), ("12.50", "12.5"), ("0", "0"), ("100.00", "100")]
)
def test_numbers_are_written_as_people_do(number: str, wanted: str) -> None:
    assert plain(Decimal(number)) == wanted
