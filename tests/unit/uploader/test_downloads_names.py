"""What files are called, whatever their title is."""

from decimal import Decimal
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_uploader.domain.downloads_names import PARTS, file_of, folder_of


@pytest.mark.parametrize(
    ("slug", "folder"),
    [
        ("sea-of-mist", "sea-of-mist"),
        ("../../etc", "etc-7"),
        ("..", "title-7"),
        ("", "title-7"),
        ("霧の海", "title-7"),
        ("Amélie / 2001", "amelie-2001-7"),
        ("CON", "title-7"),
        (".parts", "parts-7"),
        ("x" * 300, "x" * 80 + "-7"),
    ],
)
def test_a_folder_is_letters_digits_and_hyphens(slug: str, folder: str) -> None:
    assert folder_of(slug, 7) == folder


@given(st.text(max_size=300))
def test_no_slug_leaves_the_folder(slug: str) -> None:
    found = PurePosixPath(folder_of(slug, 7))
    assert len(found.parts) == 1
    assert not found.is_absolute()
    assert found.name not in {"..", ".", PARTS}
    assert len(found.name.encode()) <= 100


@pytest.mark.parametrize(
    ("episode", "quality", "container", "name"),
    [
        ((1, "12", 1), 720, "mp4", "S01E012 - 720p.mp4"),
        ((1, "12.50", 1), None, "mkv", "S01E012.5.mkv"),
        ((0, "0", 2), 480, "webm", "S00E000 - 480p (2).webm"),
        ((12, "1000", 1), 1080, "mpegts", "S12E1000 - 1080p.ts"),
        ((1, "10.00", 1), 360, "odd", "S01E010 - 360p.mp4"),
    ],
)
def test_an_episode_is_named_by_its_numbers(
    episode: tuple[int, str, int], quality: int | None, container: str, name: str
) -> None:
    season, number, ordinal = episode
    found = file_of(
        folder="show",
        season=season,
        number=Decimal(number),
        quality=quality,
        container=container,
        ordinal=ordinal,
    )
    assert found == f"show/{name}"
