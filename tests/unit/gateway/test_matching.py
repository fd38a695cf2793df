"""Which title is meant, and what is in doubt."""

import pytest

from wellspring_gateway.domain.matching import Decision, Doubt, Known, Standing, decide, standing_of

HELD = Known(7, "series", 2024)


def by_name(*titles: Known, kind: str = "series", year: int | None = 2024) -> Decision:
    return decide(by_ref=None, by_ids=[], by_name=titles, kind=kind, year=year)


def test_the_catalogues_own_key_decides_before_everything() -> None:
    other = Known(9, "series", 2024)
    decision = decide(by_ref=HELD, by_ids=[HELD], by_name=[other], kind="movie", year=1999)
    assert decision == Decision(HELD)


def test_an_external_id_of_another_title_is_a_doubt_and_not_taken() -> None:
    other = Known(9, "series", 2024)
    decision = decide(by_ref=HELD, by_ids=[HELD, other], by_name=[], kind="series", year=2024)
    assert decision == Decision(HELD, (Doubt(9, "same_id"),), ids_are_ours=False)


def test_ids_that_name_two_titles_decide_nothing() -> None:
    decision = decide(
        by_ref=None, by_ids=[HELD, Known(9, "movie", 1999)], by_name=[], kind="series", year=2024
    )
    assert decision.title is None
    assert [doubt.id for doubt in decision.doubts] == [7, 9]
    assert not decision.ids_are_ours


@pytest.mark.parametrize(
    "held",
    [
        Known(7, "series", 1999),
        Known(7, "series", None, has_refs=True),
        Known(7, "movie", 2024),
        Known(7, "series", 2024, has_refs=True, in_definition=True),
    ],
    ids=["another year", "a known one without a year", "another kind", "another page of the same catalogue"],
)
def test_a_name_alone_is_a_doubt(held: Known) -> None:
    assert by_name(held) == Decision(None, (Doubt(7, "same_name"),))


@pytest.mark.parametrize("held", [HELD, Known(7, "series", None), Known(7, "series", 2024, has_refs=True)])
def test_a_name_decides_with_the_year_or_where_a_person_gave_none(held: Known) -> None:
    assert by_name(held, Known(9, "series", 1999)).title == held


def test_two_titles_that_fit_decide_nothing() -> None:
    assert by_name(HELD, Known(9, "series", 2024)).title is None


def test_a_page_without_a_year_fits_only_a_title_without_one() -> None:
    assert by_name(HELD, year=None).title is None
    assert by_name(Known(7, "series", None, has_refs=True), year=None).title is not None


def test_what_lies_in_the_trash_is_meant_only_where_nothing_else_is() -> None:
    trashed = Known(7, "series", 2024, trashed=True)
    assert by_name(trashed) == Decision(trashed)
    assert by_name(Known(9, "series", 2024), trashed) == Decision(Known(9, "series", 2024))


def test_what_lies_in_the_trash_is_no_doubt() -> None:
    assert by_name(Known(7, "series", 1999, trashed=True)) == Decision(None)


def test_a_pages_standing_says_who_came_first() -> None:
    assert standing_of(Decision(None)) is Standing.MADE
    assert standing_of(Decision(HELD)) is Standing.ADOPTED
    assert standing_of(Decision(Known(7, "series", 2024, has_refs=True))) is Standing.SECOND
