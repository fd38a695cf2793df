"""When a server says that a file will be gone (RFC 8594)."""

from datetime import UTC, datetime

import pytest

from wellspring_common.fetch.answers import sunset


def test_a_sunset_is_read_as_a_moment() -> None:
    found = sunset({"sunset": "Sat, 21 Nov 2026 10:00:00 GMT"})
    assert found == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_a_sunset_without_a_zone_is_in_utc() -> None:
    found = sunset({"sunset": "Sat, 21 Nov 2026 10:00:00 -0000"})
    assert found == datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize("headers", [{}, {"sunset": ""}, {"sunset": "soon"}, {"sunset": "9" * 400}])
def test_what_is_no_date_is_no_sunset(headers: dict[str, str]) -> None:
    assert sunset(headers) is None
