"""What a form says names a row, or is refused before it reaches the database."""

import pytest

from wellspring_gateway.domain.row_ids import is_id


@pytest.mark.parametrize("text", ["1", "0", "007", "9" * 18])
def test_a_number_that_postgres_takes_may_name_a_row(text: str) -> None:
    assert is_id(text)
    assert int(text) < 2**63


@pytest.mark.parametrize("text", ["", "-1", "1.0", " 1", "1e3", "²", "١", "9" * 19, "apart"])
def test_nothing_else_may(text: str) -> None:
    assert not is_id(text)
