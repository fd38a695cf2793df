from pathlib import Path

import pytest

from wellspring_cli.debian import debian_program


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH and an empty cache."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def script(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_where_there_is_no_apt_get_there_is_no_program(bare: Path) -> None:
    assert debian_program("prometheus", "promtool") is None


def test_one_on_the_path_is_taken(bare: Path) -> None:
    own = script(bare / "bin/promtool")
    assert debian_program("prometheus", "promtool") == own


def test_one_that_was_unpacked_before_is_taken_without_asking_anybody(bare: Path) -> None:
    unpacked = script(bare / "cache/wellspring/debian/prometheus/usr/bin/promtool")
    assert debian_program("prometheus", "promtool") == unpacked


def test_a_download_that_fails_leaves_nothing_behind(bare: Path) -> None:
    for name in ("apt-get", "dpkg"):
        script(bare / "bin" / name, "#!/bin/sh\nexit 1\n")
    assert debian_program("prometheus", "promtool") is None
    assert list((bare / "cache/wellspring/debian").iterdir()) == []


def test_a_package_is_unpacked_and_its_program_found(bare: Path) -> None:
    script(bare / "bin/apt-get", '#!/bin/sh\n[ "$1" = download ] && : > a.deb\n')
    unpack = '#!/bin/sh\n/bin/mkdir -p "$3/usr/bin"\n: > "$3/usr/bin/promtool"\n'
    script(bare / "bin/dpkg", unpack + '/bin/chmod 755 "$3/usr/bin/promtool"\n')
    found = debian_program("prometheus", "promtool")
    assert found == bare / "cache/wellspring/debian/prometheus/usr/bin/promtool"
