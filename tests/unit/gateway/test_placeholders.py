"""What stands in for a picture that a title has not got."""

import re

import pytest
from jinja2 import Environment, FileSystemLoader

from .test_templates import PACKAGE


@pytest.mark.parametrize(
    ("title", "initials"),
    [
        ("The Glory", "G"),
        ("Kampung Senja", "KS"),
        ("폭싹 속았수다", "폭속"),
        ("“Quoted” (Tale) of Three", "QT"),
        ("100% Wolf", "1W"),
        ("The", "T"),
        ("straße über", "SÜ"),
        ("...", "?"),
        ("<b>", "&lt;"),
    ],
)
def test_a_title_without_a_picture_shows_its_first_letters(title: str, initials: str) -> None:
    templates = Environment(
        loader=FileSystemLoader(PACKAGE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    poster = templates.from_string('{% from "parts/pieces.html" import poster %}{{ poster(title) }}')
    html = poster.render(title={"id": 3, "title": title})
    assert re.findall(r'poster-initials">([^ ]*?)</span>', html) == [initials]
    assert "<img" not in html
