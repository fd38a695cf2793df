"""Numbers in addresses: what is one, and what is not."""

import pytest

from wellspring_gateway.domain.digits import number_in


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "٣", "²", "9" * 19])
def test_anything_else_is_none(text: str) -> None:
    assert number_in(text) is None


def test_a_place_may_have_fewer_digits() -> None:
    assert (number_in("999", digits=3), number_in("1000", digits=3)) == (999, None)
