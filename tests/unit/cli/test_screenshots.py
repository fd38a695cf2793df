"""The gallery: what is in it, and how it is asked for."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.gallery import SCHEMES, WIDTHS, index, pictures, slug
from tests.support.shown import MAIN, SHOWN
from wellspring_cli.app import app
from wellspring_cli.checks import Check, Result
from wellspring_cli.commands import check as command


def test_every_page_is_in_the_gallery_in_each_width_and_theme() -> None:
    wanted = pictures()
    assert len(wanted) == len(SHOWN) * len(WIDTHS) * len(SCHEMES)
    assert len({each.file for each in wanted}) == len(wanted)
    page = index(wanted)
    assert set(re.findall(r'<img loading="lazy" src="([^"]+)"', page)) == {each.file for each in wanted}
    assert set(re.findall(r'href="#([^"]+)"', page)) == set(re.findall(r'<section id="([^"]+)"', page))


def test_a_gallery_of_some_pages_has_no_other() -> None:
    assert {each.name for each in pictures("history")} == {name for name in SHOWN if "history" in name}
    assert slug("list, one gone") == "list-one-gone"


def test_no_two_pages_have_one_address_and_the_main_ones_are_among_them() -> None:
    assert len(set(SHOWN.values())) == len(SHOWN)
    assert set(MAIN) <= set(SHOWN)


@pytest.mark.parametrize(
    ("arguments", "folder"), [([], Path("screenshots")), (["--into", "here/it/is"], Path("here/it/is"))]
)
def test_screenshots_are_taken_instead_of_tests(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], folder: Path
) -> None:
    found: list[Check] = []

    def run(given: list[Check]) -> list[Result]:
        found.extend(given)
        return []

    monkeypatch.setattr(command, "run_checks", run)
    assert CliRunner().invoke(app, ["test", "--screenshots", *arguments]).exit_code == 0
    (check,) = found
    assert check.command[1:] == ("-m", "tests.support.gallery", str(folder.absolute()))
    assert check.before is not None
