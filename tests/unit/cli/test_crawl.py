"""Which catalogue is meant, and how a crawl's end is told."""

from typing import Any

import pytest

from wellspring_cli.commands.crawl import choose, is_stored, summary
from wellspring_cli.console import Failure

FIRST = {"id": 1, "name": "Demo catalogue", "is_default": False}
SECOND = {"id": 2, "name": "Films", "is_default": False}


def test_a_catalogue_is_named_by_name_or_number_or_is_the_only_one() -> None:
    assert choose([FIRST, SECOND], "demo CATALOGUE") == FIRST
    assert choose([FIRST, SECOND], "2") == SECOND
    assert choose([FIRST], "") == FIRST
    assert choose([{**SECOND, "is_default": True}, FIRST], "")["id"] == 2


@pytest.mark.parametrize(("there", "named"), [([FIRST, SECOND], ""), ([], ""), ([FIRST], "Series")])
def test_what_is_not_clear_is_asked(there: list[dict[str, Any]], named: str) -> None:
    with pytest.raises(Failure) as failure:
        choose(there, named)
    assert failure.value.todo


def test_the_end_of_a_crawl_says_what_changed() -> None:
    job = {
        "state": "partial",
        "counts": {"titles": 12, "failed": 0},
        "library": {"titles_added": 3, "refused": 0},
        "error_code": None,
        "error_detail": None,
        "problems": [{"code": "drift", "detail": "no [rows]"}],
    }
    text = summary(job)
    assert "12 titles" in text
    assert "3 titles added" in text
    assert "drift: no \\[rows]" in text
    assert "nothing changed" in summary({**job, "library": None})


def test_a_crawl_is_over_when_the_library_has_heard_of_every_title() -> None:
    job: dict[str, Any] = {"counts": {"titles": 3}, "library": {"titles_added": 2, "titles_unchanged": 0}}
    assert not is_stored(job)
    assert is_stored({**job, "library": {"titles_added": 2, "titles_unchanged": 1}})
    assert not is_stored({**job, "library": None})
    assert is_stored({"counts": {"titles": 0}, "library": None})
