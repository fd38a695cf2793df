from pathlib import Path

import pytest

from wellspring_common.settings import (
    FetchSettings,
    LogSettings,
    NatsSettings,
    OpsSettings,
    PostgresSettings,
    SettingsError,
)
from wellspring_scraper.settings import ScraperSettings

SECRET = "postgresql://wellspring_health:hunter2@localhost/wellspring"


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLSPRING_DATABASE_URL", SECRET)
    assert PostgresSettings().database_url.get_secret_value() == SECRET


def test_a_secret_comes_from_a_file_without_its_line_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "database_url"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("WELLSPRING_DATABASE_URL_FILE", str(file))
    assert PostgresSettings().database_url.get_secret_value() == SECRET


def test_the_environment_wins_over_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "nats_url"
    file.write_text("nats://file", encoding="utf-8")
    monkeypatch.setenv("WELLSPRING_NATS_URL_FILE", str(file))
    monkeypatch.setenv("WELLSPRING_NATS_URL", "nats://environment")
    assert NatsSettings().nats_url.get_secret_value() == "nats://environment"


def test_a_file_that_is_missing_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = tmp_path / "nowhere"
    monkeypatch.setenv("WELLSPRING_NATS_URL_FILE", str(missing))
    with pytest.raises(SettingsError) as caught:
        NatsSettings()
    assert caught.value.message == (
        f"WELLSPRING_NATS_URL_FILE names {missing}, which cannot be read: No such file or directory"
    )


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLSPRING_DATABASE_URL", SECRET)
    assert "hunter2" not in repr(PostgresSettings())


def test_a_missing_setting_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="WELLSPRING_DATABASE_URL is not set"):
        PostgresSettings()


@pytest.mark.parametrize("prefix", ["WS", "a.b", "ws>", "1ws", "x" * 40])
def test_a_prefix_that_would_break_subjects_is_refused(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    monkeypatch.setenv("WELLSPRING_NATS_URL", "nats://localhost")
    monkeypatch.setenv("WELLSPRING_NATS_PREFIX", prefix)
    with pytest.raises(SettingsError, match="WELLSPRING_NATS_PREFIX: "):
        NatsSettings()


def test_log_levels_are_read_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLSPRING_LOG_LEVEL", "WARNING")
    assert LogSettings().log_level == "WARNING"
    monkeypatch.setenv("WELLSPRING_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError, match="WELLSPRING_LOG_LEVEL: "):
        LogSettings()


def test_probes_listen_on_loopback_unless_told_otherwise() -> None:
    assert OpsSettings().ops_host == "127.0.0.1"


def test_private_hosts_are_a_list_and_empty_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FetchSettings().private_hosts == frozenset()
    monkeypatch.setenv("WELLSPRING_ALLOW_PRIVATE_HOSTS", " 127.0.0.1:8081, media.lan:80 ,")
    assert FetchSettings().private_hosts == {"127.0.0.1:8081", "media.lan:80"}


def test_a_password_of_its_own_goes_into_the_login_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLSPRING_DATABASE_URL", "postgresql://wellspring_health@postgres:5432/wellspring")
    monkeypatch.setenv("WELLSPRING_DATABASE_PASSWORD", "p@ss/word")
    settings = PostgresSettings()
    assert settings.database_login == "postgresql://wellspring_health:p%40ss%2Fword@postgres:5432/wellspring"
    assert "p@ss" not in repr(settings)
    assert "p%40ss" not in repr(settings)


@pytest.mark.parametrize("url", ["nats://nats:4222", "nats://health:hunter2@nats:4222"])
def test_a_password_needs_a_url_with_a_user_and_without_another_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("WELLSPRING_NATS_URL", url)
    monkeypatch.setenv("WELLSPRING_NATS_PASSWORD", "secret")
    with pytest.raises(SettingsError, match="must name a user, and no password") as caught:
        NatsSettings()
    assert caught.value.message.startswith("WELLSPRING_NATS_URL and WELLSPRING_NATS_PASSWORD: ")
    assert "hunter2" not in caught.value.message


def test_an_empty_variable_is_one_that_nobody_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLSPRING_SCRAPER_DEFINITIONS_DIR", "")
    assert ScraperSettings().definitions_dir is None
    monkeypatch.setenv("WELLSPRING_DATABASE_URL", "")
    monkeypatch.setenv("WELLSPRING_DATABASE_URL_FILE", "")
    with pytest.raises(SettingsError, match="WELLSPRING_DATABASE_URL is not set"):
        PostgresSettings()


def test_a_file_that_is_no_text_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "nats_password"
    file.write_bytes(b"\xff\xfe")
    monkeypatch.setenv("WELLSPRING_NATS_URL", "nats://health@nats:4222")
    monkeypatch.setenv("WELLSPRING_NATS_PASSWORD_FILE", str(file))
    with pytest.raises(SettingsError, match=r"^WELLSPRING_NATS_PASSWORD_FILE names .*, which is no text$"):
        NatsSettings()
