"""Numbers in addresses: what is one, and what is not."""

import pytest

from wellspring_gateway.domain.digits import grouped, number_in, plain


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "٣", "²", "9" * 19])
def test_anything_else_is_none(text: str) -> None:
    assert number_in(text) is None


def test_a_place_may_have_fewer_digits() -> None:
    assert (number_in("999", digits=3), number_in("1000", digits=3)) == (999, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (12.5, "12.5"), (1e6, "1000000"), (1234567.25, "1234567.25"), (3.0, "3"), (1e-5, "0.00001")],
)
def test_a_number_in_a_field_has_all_its_digits(value: float, expected: str) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (15, "15"),
        (90.5, "90.5"),
        (1e6, "1,000,000"),
        (1234567.256, "1,234,567.26"),
        (999.999, "1,000"),
    ],
)
def test_a_number_in_a_sentence_is_grouped(value: float, expected: str) -> None:
    assert grouped(value, comma=",", point=".") == expected
