"""Small decisions of the launcher: where, how long, with which environment."""

import asyncio
import base64
import hashlib
import hmac
from pathlib import Path

import pytest

from wellspring_cli.console import Failure
from wellspring_cli.demo import demo_program
from wellspring_cli.keys import Keys
from wellspring_cli.lock import hold, holder_of
from wellspring_cli.logbook import Lines, Logbook, last_lines, traced_lines
from wellspring_cli.logins import scram_verifier
from wellspring_cli.places import DataDir, default_data_dir
from wellspring_cli.process import backoff
from wellspring_cli.programs import Surroundings, service_environment
from wellspring_cli.seeding import add_episode_body
from wellspring_cli.servers import is_quiet_nats_line, is_quiet_postgres_line
from wellspring_cli.state import ProcessState, StackState, read_state
from wellspring_cli.stem import is_wanted
from wellspring_common.clock import SystemClock
from wellspring_common.urls import with_login


def test_waits_grow_and_have_an_end() -> None:
    assert [backoff(deaths) for deaths in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 4.0]
    assert backoff(50) == 30.0


def test_only_what_starts_services_shares_their_memory_and_only_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    asked = {"WELLSPRING_SHARE_MEMORY": "true"}
    assert is_wanted(["wellspring-cli", "up", "--port", "8000"], asked)
    assert not is_wanted(["wellspring-cli", "status", "up"], asked)
    assert not is_wanted(["wellspring-cli"], asked)
    assert not is_wanted(["wellspring-cli", "up"], {"WELLSPRING_SHARE_MEMORY": "false"})
    assert not is_wanted(["wellspring-cli", "up"], {})
    monkeypatch.setattr("sys.platform", "darwin")
    assert not is_wanted(["wellspring-cli", "up"], asked)


def test_a_demo_lives_beside_the_real_library() -> None:
    environ = {"WELLSPRING_DATA_DIR": "/srv/ws"}
    assert default_data_dir(environ, demo=False).root == Path("/srv/ws")
    assert default_data_dir(environ, demo=True).root == Path("/srv/ws-demo")


def test_demo_and_real_data_are_never_mixed(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    data.prepare(demo=True)
    data.prepare(demo=True)
    with pytest.raises(Failure, match="belongs to a demo installation"):
        data.prepare(demo=False)


def test_secrets_are_made_once_and_are_private(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert keys.read("postgres") == keys.read("postgres") != keys.read("nats_admin")
    assert keys.path("postgres").stat().st_mode & 0o777 == 0o600


def test_a_second_launcher_is_told_who_runs(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    now = SystemClock().now()
    with hold(lock, now=now, purpose="http://127.0.0.1:8000"):
        with (
            pytest.raises(Failure, match=r"http://127\.0\.0\.1:8000") as caught,
            hold(lock, now=now, purpose=""),
        ):
            pass
        assert caught.value.exit_code == 3
        assert holder_of(lock)
    assert holder_of(lock) is None


def test_state_survives_writing_and_reading(tmp_path: Path) -> None:
    state = StackState(pid=1, url="http://x", ports={"nats": 4222})
    state.processes = [ProcessState("nats", "server", 2, "ready", "now", 0, 4222)]
    state.write(tmp_path / "state.json")
    assert read_state(tmp_path / "state.json") == state


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1, "strange": 2}'])
def test_a_damaged_state_file_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text, encoding="utf-8")
    assert read_state(tmp_path / "state.json") == StackState()


def test_a_login_is_swapped_without_losing_the_rest() -> None:
    swapped = with_login("postgresql://boss:x@db.example:5433/ws?sslmode=disable", "me", "p@s/s")
    assert swapped == "postgresql://me:p%40s%2Fs@db.example:5433/ws?sslmode=disable"


def test_the_verifier_proves_the_password() -> None:
    method, rest = scram_verifier("secret", b"0123456789abcdef").split("$", 1)
    (rounds, salt), (stored, _) = (part.split(":") for part in rest.split("$"))
    salted = hashlib.pbkdf2_hmac("sha256", b"secret", base64.b64decode(salt), int(rounds))
    client = hmac.digest(salted, b"Client Key", "sha256")
    assert method == "SCRAM-SHA-256"
    assert base64.b64decode(stored) == hashlib.sha256(client).digest()


def _surroundings(root: Path) -> Surroundings:
    return Surroundings(
        data=DataDir(root),
        inherited={
            "PATH": "/bin",
            "WELLSPRING_DATABASE_URL": "postgresql://boss:secret@db/ws",
            "WELLSPRING_NATS_URL_FILE": "/boss",
            "WELLSPRING_LOG_LEVEL": "debug",
        },
        gateway_host="127.0.0.1",
        gateway_port=8000,
        ops_ports={"gateway": 9100, "scraper": 9101},
        database_urls={"gateway": "postgresql://wellspring_gateway:g@db/ws"},
        nats_urls={"gateway": "nats://gateway:g@n", "scraper": "nats://scraper:s@n"},
        nats_monitor_url=None,
        prefix="ws",
        log_format="json",
        extra={"WELLSPRING_GATEWAY_SETUP_TOKEN_FILE": "/secret", "WELLSPRING_DEMO": "1"},
    )


def test_the_scraper_gets_no_database_and_nobody_the_administrators_login(tmp_path: Path) -> None:
    around = _surroundings(tmp_path)
    scraper, gateway = service_environment("scraper", around), service_environment("gateway", around)
    assert "WELLSPRING_DATABASE_URL" not in scraper
    assert gateway["WELLSPRING_DATABASE_URL"] == "postgresql://wellspring_gateway:g@db/ws"
    assert not any("boss" in value for value in (*scraper.values(), *gateway.values()))


def test_only_the_gateway_learns_its_secrets(tmp_path: Path) -> None:
    around = _surroundings(tmp_path)
    assert "WELLSPRING_GATEWAY_SETUP_TOKEN_FILE" in service_environment("gateway", around)
    assert "WELLSPRING_GATEWAY_SETUP_TOKEN_FILE" not in service_environment("scraper", around)
    assert service_environment("scraper", around)["WELLSPRING_LOG_LEVEL"] == "debug"


def test_the_demo_world_knows_nothing_of_ours(tmp_path: Path) -> None:
    program = demo_program(
        DataDir(tmp_path), {"PATH": "/bin", "WELLSPRING_DEMO": "1"}, 20_000, asyncio.Event()
    )
    assert not any(name.startswith("WELLSPRING_") for name in program.env)


def test_output_is_cut_into_lines_however_it_arrives() -> None:
    taken: list[str] = []
    lines = Lines(taken.append)
    for piece in (b"on", b"e\ntwo\r\nthr", b"ee", b"\n", b"rest"):
        lines.feed(piece)
    lines.flush()
    assert taken == ["one", "two", "three", "rest"]


def test_a_line_without_end_is_cut() -> None:
    taken: list[str] = []
    Lines(taken.append).feed(b"x" * 100_000)
    assert [len(line) for line in taken] == [100_000]


def test_the_log_file_has_every_line_and_the_terminal_the_loud_ones(tmp_path: Path) -> None:
    shown: list[str] = []
    book = Logbook(
        "nats",
        tmp_path / "nats.log",
        show=lambda _, line: shown.append(line),
        keep_quiet=lambda line: "quiet" in line,
    )
    book.take("quiet one")
    book.take("loud one")
    book.close()
    assert shown == ["loud one"]
    assert last_lines(tmp_path / "nats.log", 10) == ["quiet one", "loud one"]


def test_a_trace_has_its_tracebacks_and_the_order_of_time(tmp_path: Path) -> None:
    mine, other = "a" * 32, "b" * 32
    (tmp_path / "refresher.log.1").write_text(
        f"2026-01-01T00:00:02.0Z [error] event.crashed trace_id={mine}\nTraceback (most recent call last):\n"
    )
    (tmp_path / "refresher.log").write_text(
        "ZeroDivisionError: division by zero\n"
        f"2026-01-01T00:00:04.0Z [error] event.crashed trace_id={other}\nTraceback of the other\n"
        f"2026-01-01T00:00:05.0Z [info] links.stored trace_id={mine}\n"
    )
    json_lines = (
        f'{{"event": "links.learned", "trace_id": "{mine}", "timestamp": "2026-01-01T00:00:03.0Z"}}',
        "{}",
    )
    (tmp_path / "health.log").write_text("\n".join(json_lines))
    said = traced_lines(tmp_path, ("health", "refresher"), mine)
    assert [(name, line[:43]) for name, line in said] == [
        ("refresher", "2026-01-01T00:00:02.0Z [error] event.crashe"),
        ("refresher", "Traceback (most recent call last):"),
        ("refresher", "ZeroDivisionError: division by zero"),
        ("health", json_lines[0][:43]),
        ("refresher", "2026-01-01T00:00:05.0Z [info] links.stored "),
    ]


def test_servers_are_quiet_unless_something_is_wrong() -> None:
    assert is_quiet_postgres_line("2026 [1] LOG:  database system is ready")
    assert is_quiet_postgres_line("2026 [1] FATAL:  terminating connection due to administrator command")
    assert not is_quiet_postgres_line("2026 [1] PANIC:  could not write to file")
    assert not is_quiet_nats_line("[1] 2026 [ERR] no space")


def test_a_catalogue_entry_becomes_what_the_gateway_wants() -> None:
    title = {"show": "Sintel", "kind": "movie", "year": 2010, "genres": ["fantasy"], "synopsis": "A dragon."}
    episode = {"season": 1, "number": 1, "name": "Sintel", "sources": {"480": "http://a", "720": "http://b"}}
    assert add_episode_body(title, episode) == {
        "show": "Sintel",
        "episode": 1,
        "season": 1,
        "name": "Sintel",
        "kind": "movie",
        "year": 2010,
        "genres": ["fantasy"],
        "synopsis": "A dragon.",
        "link480": "http://a",
        "link720": "http://b",
    }


async def test_waiting_for_nothing_is_over_at_once() -> None:
    async with asyncio.timeout(1):
        from wellspring_cli.supervisor import Supervisor  # noqa: PLC0415

        supervisor = Supervisor(
            logs=Path(), clock=SystemClock(), tell=lambda *_: None, show=None, on_change=lambda: None
        )
        assert await supervisor.wait_ready(patience_s=5) == []
