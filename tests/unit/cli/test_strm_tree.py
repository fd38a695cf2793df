"""A tree of `.strm` files on a real disk: what is ours is brought up to date, the rest is left alone."""

from pathlib import Path

import pytest

from wellspring_cli.console import Failure
from wellspring_cli.strm_tree import JOURNAL, MANIFEST, StrmTree, checked


def run(root: Path, files: dict[str, str], *, dry_run: bool = False) -> tuple[int, int, int, int, list[str]]:
    """Export some files, and return what became of them."""
    tree = StrmTree(root, dry_run=dry_run)
    with tree.writing():
        for path, text in files.items():
            tree.put(path, text.encode())
        tree.end()
    counts = tree.counts
    return counts.added, counts.changed, counts.unchanged, counts.removed, counts.foreign


def found(root: Path) -> dict[str, str]:
    """Return the files below a folder, without our own notes."""
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in root.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_a_tree_is_written_updated_and_thinned(tmp_path: Path) -> None:
    assert run(tmp_path, {"A/1.strm": "x", "B/S/1.strm": "y", "B/2.nfo": "z"}) == (3, 0, 0, 0, [])
    before = (tmp_path / "A/1.strm").stat().st_mtime_ns
    assert run(tmp_path, {"A/1.strm": "x", "B/2.nfo": "new"}) == (0, 1, 1, 1, [])
    assert found(tmp_path) == {"A/1.strm": "x", "B/2.nfo": "new"}
    assert not (tmp_path / "B/S").exists()
    assert (tmp_path / "A/1.strm").stat().st_mtime_ns == before  # no library is scanned again for nothing


def test_files_of_others_are_neither_changed_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "A").mkdir()
    (tmp_path / "A/tvshow.nfo").write_text("edited by hand")
    (tmp_path / "A/fanart.jpg").write_text("picture")
    wanted = {"A/tvshow.nfo": "ours", "A/1.strm": "x"}
    assert run(tmp_path, wanted) == (1, 0, 0, 0, ["A/tvshow.nfo"])
    assert run(tmp_path, {}) == (0, 0, 0, 1, [])
    assert found(tmp_path) == {"A/tvshow.nfo": "edited by hand", "A/fanart.jpg": "picture"}


def test_a_file_that_was_the_same_already_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "1.strm").write_text("x")
    assert run(tmp_path, {"1.strm": "x"}) == (0, 0, 1, 0, [])
    assert run(tmp_path, {}) == (0, 0, 0, 0, [])
    assert found(tmp_path) == {"1.strm": "x"}


def test_what_an_export_wrote_that_never_ended_is_ours(tmp_path: Path) -> None:
    tree = StrmTree(tmp_path, dry_run=False)
    with tree.writing():
        tree.put("A/1.strm", b"x")
        tree.put("A/2.strm", b"y")
    assert (tmp_path / JOURNAL).exists()
    assert run(tmp_path, {"A/1.strm": "changed"}) == (0, 1, 0, 1, [])
    assert found(tmp_path) == {"A/1.strm": "changed"}


def test_a_dry_run_touches_nothing(tmp_path: Path) -> None:
    run(tmp_path, {"1.strm": "x", "2.strm": "y"})
    before = found(tmp_path)
    assert run(tmp_path, {"1.strm": "z", "3.strm": "new"}, dry_run=True) == (1, 1, 0, 1, [])
    assert found(tmp_path) == before
    missing = tmp_path / "missing"
    assert run(missing, {"1.strm": "x"}, dry_run=True) == (1, 0, 0, 0, [])
    assert not missing.exists()


def test_two_exports_never_write_into_one_folder(tmp_path: Path) -> None:
    with (
        StrmTree(tmp_path, dry_run=False).writing(),
        pytest.raises(Failure, match="Another export"),
        StrmTree(tmp_path, dry_run=False).writing(),
    ):
        pass


def test_nothing_is_written_through_a_link_that_leads_out(tmp_path: Path) -> None:
    root, outside = tmp_path / "tree", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "A").symlink_to(outside)
    with pytest.raises(Failure, match="leads out"):
        run(root, {"A/1.strm": "x"})
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "path",
    ["", "/etc/x", "../x", "A/../../x", "A//x", "A/.", "A\\..\\x", "A\x00", "A\n", MANIFEST, "A" * 256],
)
def test_no_path_leads_out_of_the_folder(path: str) -> None:
    with pytest.raises(Failure):
        checked(path)
