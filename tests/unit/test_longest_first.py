"""The order in which files of tests are shared out."""

from dataclasses import dataclass

from tests.support.longest_first import LISTED, in_order, longest_first


@dataclass(frozen=True)
class Named:
    nodeid: str


def test_each_listed_file_is_there_and_listed_once() -> None:
    files = longest_first()
    assert files
    assert len(set(files)) == len(files)
    assert [path for path in files if not (LISTED.parents[1] / path).is_file()] == []


def test_listed_files_come_first_and_the_others_as_they_were() -> None:
    collected = [
        Named(name) for name in ("a.py::one", "b.py::one", "c.py::one", "b.py::two[b::x]", "a.py::two")
    ]
    ordered = in_order(collected, ["c.py", "b.py", "nowhere.py"])
    assert [test.nodeid for test in ordered] == [
        *("c.py::one", "b.py::one", "b.py::two[b::x]"),
        *("a.py::one", "a.py::two"),
    ]
