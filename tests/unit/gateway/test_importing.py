"""Files of episodes: what each row is, and why one is not read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.errors import Permanent
from wellspring_gateway.domain.importing import (
    LARGEST_FILE,
    FileRefusedError,
    Mistake,
    Outcome,
    Row,
    read_table,
    told,
)

HEADER = "show,episode,link480,link720,link1080\n"
PAGE = "https://vcloud.lol/abc123"


def vet(url: str) -> str:
    if "://" not in url:
        raise Permanent("This is no URL.", code="bad_url")
    return url


def parsed(text: str) -> list[Row | Mistake]:
    return list(read_table(text.encode()).parsed(vet=vet, default_definition="vcloud"))


def test_a_row_is_an_episode_with_the_pages_that_it_names() -> None:
    (row,) = parsed(f"{HEADER} The  Glory ,1.0,,{PAGE},")
    assert isinstance(row, Row)
    assert (row.line, row.episode.show, row.episode.number) == (2, "The Glory", Decimal(1))
    assert [(source.quality, source.url) for source in row.episode.sources] == [(720, PAGE)]


def test_columns_may_have_any_order_case_and_quality() -> None:
    table = read_table(f"LINK1440;Episode;Season;Notes;Show\n{PAGE};2;3;mine;The Glory".encode())
    (row,) = table.parsed(vet=vet, default_definition="vcloud")
    assert isinstance(row, Row)
    assert (row.episode.season, row.episode.number, row.episode.sources[0].quality) == (3, Decimal(2), 1440)
    assert table.unknown == ("notes",)


def test_every_mistake_has_its_line_and_its_column() -> None:
    rows = parsed(f'{HEADER}A,x,{PAGE}\n\nB,1,nowhere\nC,2\n"D,3\nE,4,{PAGE},,,too,many\nF,5,{PAGE}')
    assert [(row.line, list(row.errors)) for row in rows if isinstance(row, Mistake)] == [
        (2, ["episode"]),
        (4, ["link480"]),
        (5, ["link480"]),
        (6, ["row"]),
        (7, ["row"]),
    ]
    assert [row.line for row in rows if isinstance(row, Row)] == [8]


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        ("Åsa,1".encode("latin-1"), "encoding"),
        (b"The Glory,1,https://vcloud.lol/a", "columns"),
        (b"show,link720", "columns"),
        (b"show,episode,linkage", "columns"),
        (b"show,show,episode,link720", "twice"),
        (b'"show,episode,link720', "header"),
        (b"show,episode,link720" + b",x" * 99, "header"),
        (b"x" * (LARGEST_FILE + 1), "too_large"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_the_reason(body: bytes, key: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read_table(body)
    assert refused.value.key == key
    assert refused.value.code == ("too_large" if key == "too_large" else "invalid")


def test_rows_of_a_show_come_together_and_keep_their_order() -> None:
    text = f"{HEADER}B,1,{PAGE}\nA,1,{PAGE}\n b ,2,{PAGE}\n\nA,2,{PAGE}\nB,1,{PAGE}"
    table = read_table(text.encode()).together()
    assert [(row.line, row.cells[0].strip()) for row in table.rows] == [
        (2, "B"),
        (4, "b"),
        (7, "B"),
        (3, "A"),
        (6, "A"),
    ]


def test_results_are_told_as_programs_read_them() -> None:
    (row, wrong) = parsed(f"{HEADER}A,1,{PAGE}\nB,x,{PAGE}")
    assert told(row, Outcome(7, existed=False), "/player?show=A&ep=1") == {
        "line": 2,
        "status": "imported",
        "episode_id": 7,
        "player_link": "/player?show=A&ep=1",
    }
    assert told(row, Outcome(7, existed=True), None) == {"line": 2, "status": "exists", "episode_id": 7}
    body = told(wrong, None, None)
    assert (body["line"], body["status"]) == (3, "invalid")
    assert [(each["field"], each["code"]) for each in body["errors"]] == [("episode", "not_a_number")]


@given(st.lists(st.text(max_size=40), max_size=8), st.sampled_from([",", ";", "\t"]))
def test_no_row_crashes_the_import(cells: list[str], separator: str) -> None:
    for row in parsed(HEADER.replace(",", separator) + separator.join(cells)):
        assert isinstance(row, Row) or row.errors
