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
from wellspring_uploader.publishing.watching import playlist_name

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


@pytest.mark.parametrize("most", [255, 120])
@pytest.mark.parametrize(
    "template",
    ["{title} - Episode {number}", "{title}: {title} {season}x{number}", "{number} {episode} of {title}"],
)
def test_episodes_of_a_series_with_a_long_name_have_titles_of_their_own(template: str, most: int) -> None:
    name, its = "I Was Reborn As A Very Long Name " * 9, "The Part In Which Nothing Happens " * 9
    episodes = [Facts(name.strip(), 1, Decimal(number), its.strip()) for number in (9, 10)]
    titles = [video_title(template, one, most=most) for one in episodes]
    assert len(set(titles)) == 2
    assert all(len(title) <= most and "I Was Reborn" in title and "…" in title for title in titles)


def test_what_is_long_beside_its_names_is_cut_all_the_same() -> None:
    title = video_title("x" * 199 + "{title}{number}", Facts("Show " * 50, 1, Decimal(1)), most=120)
    assert len(title) == 120


def test_each_season_of_a_long_name_has_its_playlist() -> None:
    names = [playlist_name("A Long Name " * 25, season, most=120) for season in (0, 1, 2, 11)]
    assert len(set(names)) == 4
    assert all(len(name) <= 120 for name in names)
    assert playlist_name("Show", 2) == "Show - Season 2"
