"""The control group's memory, from the files of both versions."""

from pathlib import Path

import pytest

from wellspring_common.cgroup import GroupMemory, read_memory

MB = 1024 * 1024


def folder(root: Path, path: str, **files: str) -> None:
    target = root / path
    target.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (target / name.replace("__", ".")).write_text(text)


def v1_files(limit: int = 512 * MB, *, hierarchical: int = 1 << 62, kills: int = 0) -> dict[str, str]:
    stat = f"cache 9\nrss 1\nhierarchical_memory_limit {hierarchical}\ntotal_rss {40 * MB}\n"
    return {
        "memory__limit_in_bytes": f"{limit}\n",
        "memory__usage_in_bytes": f"{300 * MB}\n",
        "memory__kmem__usage_in_bytes": f"{3 * MB}\n",
        "memory__stat": f"{stat}total_shmem {2 * MB}\ntotal_inactive_file {200 * MB}\n",
        "memory__oom_control": f"oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n",
    }


def v2_files(limit: str = f"{512 * MB}", *, anon: int = 40 * MB, kills: int = 0) -> dict[str, str]:
    return {
        "memory__max": f"{limit}\n",
        "memory__current": f"{300 * MB}\n",
        "memory__stat": f"anon {anon}\nkernel {3 * MB}\nshmem {2 * MB}\ninactive_file {200 * MB}\n",
        "memory__events": f"low 0\noom 5\noom_kill {kills}\noom_group_kill 0\n",
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cgroup"


def member(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "membership"
    path.write_text(text)
    return path


def test_version_1_tells_limit_use_and_kills(root: Path, tmp_path: Path) -> None:
    folder(root / "memory", "docker/abc", **v1_files(kills=2))
    found = read_memory(root, member(tmp_path, "4:memory:/docker/abc\n1:cpu:/\n0::/\n"))
    assert found == GroupMemory(512 * MB, 45 * MB, 100 * MB, 2)
    assert found.room == 467 * MB


def test_a_container_sees_its_own_group_at_the_mount(root: Path, tmp_path: Path) -> None:
    folder(root / "memory", ".", **v1_files())
    found = read_memory(root, member(tmp_path, "4:memory:/known/to/the/host/only\n"))
    assert found is not None
    assert found.limit == 512 * MB


def test_a_parents_limit_counts_in_version_1(root: Path, tmp_path: Path) -> None:
    folder(root / "memory", "a", **v1_files(limit=9223372036854771712, hierarchical=128 * MB))
    found = read_memory(root, member(tmp_path, "4:memory:/a\n"))
    assert found is not None
    assert found.limit == 128 * MB


def test_version_2_tells_limit_use_and_kills(root: Path, tmp_path: Path) -> None:
    folder(root, ".", **v2_files(kills=1))
    found = read_memory(root, member(tmp_path, "0::/\n"))
    assert found == GroupMemory(512 * MB, 45 * MB, 100 * MB, 1)


def test_the_word_max_is_no_limit(root: Path, tmp_path: Path) -> None:
    folder(root, ".", **v2_files("max"))
    found = read_memory(root, member(tmp_path, "0::/\n"))
    assert found is not None
    assert (found.limit, found.room) == (None, None)
    folder(root / "memory", ".", **v1_files(limit=9223372036854771712))
    found = read_memory(root, member(tmp_path, "4:memory:/\n"))
    assert found is not None
    assert found.limit is None


def test_the_tightest_of_nested_groups_counts(root: Path, tmp_path: Path) -> None:
    folder(root, "pod", **v2_files(f"{256 * MB}", anon=200 * MB))
    folder(root, "pod/one", **v2_files("max"))
    found = read_memory(root, member(tmp_path, "0::/pod/one\n"))
    assert found is not None
    assert found.room == 256 * MB - 205 * MB


@pytest.mark.parametrize("text", ["", "0::/\n", "4:memory:/\n", "garbage\n"])
def test_where_there_is_nothing_to_read_nothing_is_known(root: Path, tmp_path: Path, text: str) -> None:
    assert read_memory(root, member(tmp_path, text)) is None


def test_files_that_make_no_sense_are_no_reason_to_fail(root: Path, tmp_path: Path) -> None:
    folder(root, ".", memory__max="many\n", memory__stat="anon x\n")
    assert read_memory(root, member(tmp_path, "0::/\n")) is None
