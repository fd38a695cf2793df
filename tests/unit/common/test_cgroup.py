from pathlib import Path

import pytest
from prometheus_client.registry import CollectorRegistry

from wellspring_common.cgroup import Memory, group_paths, parse_v1, parse_v2, read_memory
from wellspring_common.telemetry import MemoryCollector

MIB = 1024**2
V1 = {
    "memory.usage_in_bytes": f"{300 * MIB}\n",
    "memory.limit_in_bytes": f"{512 * MIB}\n",
    "memory.stat": f"cache 1\ninactive_file 7\ntotal_inactive_file {100 * MIB}\n",
    "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
}
V2 = {
    "memory.current": f"{300 * MIB}\n",
    "memory.max": f"{512 * MIB}\n",
    "memory.stat": f"anon 1\nfile 2\ninactive_file {100 * MIB}\n",
    "memory.events": "low 0\nhigh 0\nmax 12\noom 4\noom_kill 3\noom_group_kill 0\n",
}
WANTED = Memory(working_set=200 * MIB, limit=512 * MIB, oom_kills=3)


def v1(changes: dict[str, str]) -> Memory | None:
    files = V1 | changes
    return parse_v1(lambda name: files[name])


def v2(changes: dict[str, str]) -> Memory | None:
    files = V2 | changes
    return parse_v2(lambda name: files[name])


def lay(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def belongs(root: Path, membership: str) -> None:
    lay(root / "proc/self", {"cgroup": membership})


def test_both_versions_say_the_same() -> None:
    assert v1({}) == v2({}) == WANTED


def test_no_limit_is_no_number() -> None:
    assert v1({"memory.limit_in_bytes": "9223372036854771712\n"}) == Memory(200 * MIB, None, 3)
    assert v2({"memory.max": "max\n"}) == Memory(200 * MIB, None, 3)


def test_an_old_kernel_that_counts_no_kills_is_not_zero_kills() -> None:
    assert v1({"memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n"}) == Memory(
        200 * MIB, 512 * MIB, None
    )


def test_a_group_without_files_is_unknown() -> None:
    assert parse_v1(lambda _: None) is None
    assert parse_v2(lambda _: None) is None


@pytest.mark.parametrize(
    ("membership", "paths"),
    [
        ("0::/user.slice/a\n", ("/user.slice/a", None)),
        ("4:memory:/docker/x\n1:cpu,cpuacct:/\n0::/\n", ("/", "/docker/x")),
        ("3:cpu,memory:/y\n", ("/", "/y")),
        ("", ("/", None)),
    ],
)
def test_membership_is_understood(membership: str, paths: tuple[str, str | None]) -> None:
    assert group_paths(membership) == paths


def test_a_hybrid_system_is_read_where_its_memory_is(tmp_path: Path) -> None:
    belongs(tmp_path, "4:memory:/one\n0::/\n")
    lay(tmp_path / "sys/fs/cgroup/memory/one", V1)
    assert read_memory(tmp_path) == WANTED


def test_inside_a_container_the_hosts_path_is_not_there(tmp_path: Path) -> None:
    belongs(tmp_path, "4:memory:/docker/abc\n0::/\n")
    lay(tmp_path / "sys/fs/cgroup/memory", V1)
    assert read_memory(tmp_path) == WANTED


def test_a_modern_system_is_read_by_version_two(tmp_path: Path) -> None:
    belongs(tmp_path, "0::/\n")
    lay(tmp_path / "sys/fs/cgroup", V2)
    assert read_memory(tmp_path) == WANTED
    belongs(tmp_path, "0::/system.slice/one\n")
    lay(tmp_path / "sys/fs/cgroup/system.slice/one", V2 | {"memory.max": "max"})
    assert read_memory(tmp_path) == Memory(200 * MIB, None, 3)


def test_a_system_without_groups_is_unknown(tmp_path: Path) -> None:
    assert read_memory(tmp_path) is None
    belongs(tmp_path, "0::/\n")
    assert read_memory(tmp_path) is None


def exposed(memory: Memory | None) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(MemoryCollector("scraper", lambda: memory))
    return registry


def test_what_is_not_known_is_absent_and_never_zero() -> None:
    labels = {"service": "scraper"}
    known = exposed(WANTED)
    assert known.get_sample_value("wellspring_memory_working_set_bytes", labels) == 200 * MIB
    assert known.get_sample_value("wellspring_memory_limit_bytes", labels) == 512 * MIB
    assert known.get_sample_value("wellspring_memory_oom_kills_total", labels) == 3
    unlimited = exposed(Memory(1, None, None))
    assert unlimited.get_sample_value("wellspring_memory_working_set_bytes", labels) == 1
    assert unlimited.get_sample_value("wellspring_memory_limit_bytes", labels) is None
    assert unlimited.get_sample_value("wellspring_memory_oom_kills_total", labels) is None
    assert exposed(None).get_sample_value("wellspring_memory_working_set_bytes", labels) is None
