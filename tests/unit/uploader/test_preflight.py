import pytest

from wellspring_common.account_limits import PRESETS, Limits
from wellspring_uploader.domain.preflight import FileFacts, problems

STANDARD = PRESETS["standard"]


def facts(
    size: int | None = 1000, *, readable: bool = True, stored: int = 1000, minutes: float = 24
) -> FileFacts:
    return FileFacts(size, readable, stored, minutes * 60)


@pytest.mark.parametrize(
    ("file", "limits", "codes"),
    [
        (facts(), STANDARD, []),
        (facts(None), STANDARD, ["file_missing"]),
        (facts(readable=False), STANDARD, ["file_unreadable"]),
        (facts(999), STANDARD, ["file_changed"]),
        (facts(minutes=120), STANDARD, []),
        (facts(minutes=120.1), STANDARD, ["too_long"]),
        (facts(minutes=500), PRESETS["premium"], []),
        (facts(minutes=61), Limits(minutes_per_day=60), ["too_long"]),
        (facts(4 * 10**9 + 1, stored=4 * 10**9 + 1), STANDARD, ["too_large"]),
        (facts(999, minutes=200), STANDARD, ["file_changed", "too_long"]),
    ],
)
def test_what_speaks_against_a_film_before_a_byte_is_sent(
    file: FileFacts, limits: Limits, codes: list[str]
) -> None:
    found = problems(file, limits)
    assert [problem.code for problem in found] == codes
    assert all(problem.detail.endswith((".", ").")) for problem in found)
