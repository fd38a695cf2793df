"""An episode as an operator enters it: what is taken, and what is said of each field that is not."""

from decimal import Decimal
from typing import Any

import pytest

from wellspring_common.fetch.guard import Guard
from wellspring_gateway.domain.episodes import NewEpisode, NewSource, parse_episode

SEED: dict[str, Any] = {
    "show": "The Glory",
    "episode": "1",
    "link480": "https://vcloud.lol/abc123",
    "link720": "https://vcloud.lol/def456",
    "link1080": "https://vcloud.lol/ghi789",
}


def vet(url: str) -> str:
    return str(Guard().vet(url))


def parse(fields: dict[str, Any]) -> NewEpisode | dict[str, Any]:
    return parse_episode(fields, vet=vet, default_definition="vcloud")


def good(**changes: Any) -> NewEpisode:
    found = parse(SEED | changes)
    assert isinstance(found, NewEpisode), found
    return found


def bad(**changes: Any) -> dict[str, str]:
    """Return the message key of each field that is wrong."""
    found = parse(SEED | changes)
    assert not isinstance(found, NewEpisode), found
    assert all(error.detail for error in found.values())
    return {field: error.key for field, error in found.items()}


def test_the_seed_s_form_becomes_an_episode_with_three_sources() -> None:
    assert good() == NewEpisode(
        show="The Glory",
        season=1,
        number=Decimal(1),
        name=None,
        kind="series",
        sources=(
            NewSource(480, "https://vcloud.lol/abc123", "vcloud"),
            NewSource(720, "https://vcloud.lol/def456", "vcloud"),
            NewSource(1080, "https://vcloud.lol/ghi789", "vcloud"),
        ),
    )


@pytest.mark.parametrize("quality", [144, 360, 1440, 2160, 4320, 1, 20_000])
def test_any_quality_has_a_field(quality: int) -> None:
    found = good(**{f"link{quality}": "https://vcloud.lol/more"})
    assert found.sources[-1] == NewSource(quality, "https://vcloud.lol/more", "vcloud")


@pytest.mark.parametrize(
    ("entered", "number"),
    [
        ("1", "1"),
        (1, "1"),
        (" 7 ", "7"),
        ("12.5", "12.5"),
        (12.5, "12.5"),
        ("12,5", "12.5"),
        ("0", "0"),
        (0, "0"),
        ("007", "7"),
        ("99999.99", "99999.99"),
        ("1.50", "1.5"),
    ],
)
def test_an_episode_number_may_be_zero_or_have_a_fraction(entered: Any, number: str) -> None:
    assert good(episode=entered).number == Decimal(number)


@pytest.mark.parametrize(
    "entered",
    [
        "one",
        "-1",
        "-0",
        "1.234",
        "100000",
        "1e2",
        "1e400000",
        "nan",
        "inf",
        "1_0",
        "１２",
        "١",
        "1\x00",
        "0x10",
        "9" * 100_000,
        True,
        [1],
        {"a": 1},
    ],
)
def test_what_is_no_plain_number_is_no_episode(entered: Any) -> None:
    assert bad(episode=entered) == {"episode": "not_a_number"}


@pytest.mark.parametrize("entered", ["", "  ", None])
def test_an_episode_needs_a_number(entered: Any) -> None:
    assert bad(episode=entered) == {"episode": "required"}


@pytest.mark.parametrize("entered", ["", "   ", None])
def test_an_episode_needs_a_show(entered: Any) -> None:
    assert bad(show=entered) == {"show": "required"}


def test_blanks_in_a_show_s_name_are_one_space_each() -> None:
    assert good(show="  The \t Glory\n").show == "The Glory"


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("show", "x" * 301, "too_long"),
        ("show", "a\x00b", "other"),
        ("show", "a\ud800b", "other"),
        ("show", ["The Glory"], "other"),
        ("show", {"name": "The Glory"}, "other"),
        ("name", "x" * 301, "too_long"),
        ("name", "\x00", "other"),
        ("synopsis", "x" * 5001, "too_long"),
        ("synopsis", "\x00", "other"),
        ("original_title", "x" * 301, "too_long"),
        ("language", "\ud800", "other"),
        ("genres", ["a\x00b"], "other"),
        ("genres", "drama,\ud800", "other"),
        ("season", "-1", "not_a_number"),
        ("season", "1.5", "not_a_number"),
        ("season", "one", "not_a_number"),
        ("season", "10000", "not_a_number"),
        ("season", "９", "not_a_number"),
        ("season", "9" * 5000, "not_a_number"),
        ("year", "1869", "not_a_number"),
        ("year", "2201", "not_a_number"),
        ("year", "MMXX", "not_a_number"),
        ("kind", "podcast", "other"),
        ("definition", "../vcloud", "other"),
        ("definition", "a\x00", "other"),
        ("definition", "x" * 65, "other"),
    ],
)
def test_a_field_that_won_t_do_is_named(field: str, value: Any, key: str) -> None:
    assert bad(**{field: value}) == {field: key}


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("link0", "quality_not_a_number"),
        ("link", "quality_not_a_number"),
        ("linkabc", "quality_not_a_number"),
        ("link-720", "quality_not_a_number"),
        ("link20001", "quality_not_a_number"),
        ("link999999999999", "quality_not_a_number"),
        ("link７２０", "quality_not_a_number"),
        ("link720p", "quality_not_a_number"),
        ("link 720", "quality_not_a_number"),
    ],
)
def test_a_link_s_quality_is_a_number_of_lines(field: str, key: str) -> None:
    assert bad(**{field: "https://vcloud.lol/x"}) == {field: key}


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("abc", "not_a_url"),
        ("vcloud.lol/abc", "not_a_url"),
        ("ftp://vcloud.lol/abc", "not_a_url"),
        ("javascript:alert(1)", "not_a_url"),
        ("https://", "not_a_url"),
        ("https://user:secret@vcloud.lol/abc", "not_a_url"),
        ("https://user@vcloud.lol/abc", "not_a_url"),
        ("https://vcloud.lol/\x00", "not_a_url"),
        ("https://vcloud.lol/a\nb", "not_a_url"),
        ("https://vcloud.lol/" + "x" * 9000, "not_a_url"),
        ("http://2130706433/", "not_a_url"),
        ("http://0x7f.1/", "not_a_url"),
        ("http://127.0.0.1/", "private_address"),
        ("http://10.0.0.1/", "private_address"),
        ("http://169.254.169.254/latest/meta-data", "private_address"),
        ("http://[::1]/", "private_address"),
        ("http://[::ffff:127.0.0.1]/", "private_address"),
        ("http://vcloud.lol:22/", "private_address"),
        (["https://vcloud.lol/abc"], "not_a_url"),
    ],
)
def test_a_link_is_an_address_that_may_be_fetched(url: Any, key: str) -> None:
    assert bad(link720=url) == {"link720": key}


@pytest.mark.parametrize("blank", ["", "   ", None])
def test_blank_links_are_ignored(blank: Any) -> None:
    found = good(link360=blank, link480=blank, linkabc=blank)
    assert [source.quality for source in found.sources] == [720, 1080]


def test_an_episode_needs_at_least_one_link() -> None:
    assert bad(link480="", link720="", link1080=None) == {"link480": "no_links_given"}


def test_every_wrong_field_is_told_at_once() -> None:
    wrong = bad(show="", episode="x", season="y", link720="z", link0="https://vcloud.lol/a")
    assert wrong == {
        "show": "required",
        "episode": "not_a_number",
        "season": "not_a_number",
        "link720": "not_a_url",
        "link0": "quality_not_a_number",
    }


def test_a_file_or_a_manifest_is_its_own_link_and_other_pages_get_the_default_definition() -> None:
    found = good(
        link480="https://files.example/a.MP4?token=1",
        link720="https://files.example/live.m3u8",
        link1080="https://files.example/page?file=a.mp4",
    )
    assert [source.definition for source in found.sources] == ["direct", "direct", "vcloud"]


def test_an_operator_s_definition_is_used_for_pages() -> None:
    assert {source.definition for source in good(definition="generic-html").sources} == {"generic-html"}


def test_a_url_is_kept_byte_for_byte() -> None:
    url = "https://vcloud.lol/a%2Fb?sig=%2b+x&e=1"
    assert good(link720=url).sources[1].url == url


def test_details_are_kept_and_trimmed() -> None:
    found = good(
        season="0",
        name=" Pilot ",
        kind="movie",
        year="2022",
        synopsis="One.\nTwo.",
        original_title="더 글로리",
        language="ko",
        genres=" Drama, , Thriller ",
    )
    assert (found.season, found.name, found.kind) == (0, "Pilot", "movie")
    assert found.details == {
        "original_title": "더 글로리",
        "language": "ko",
        "synopsis": "One.\nTwo.",
        "year": 2022,
        "genres": ["Drama", "Thriller"],
    }
