"""Credentials at rest."""

import base64
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from wellspring_common.settings import SettingsError
from wellspring_uploader.adapters.credentials import NoKeyError, Seal, load_seal
from wellspring_uploader.domain.refusals import CredentialsRefused
from wellspring_uploader.targets.settings import CredentialSettings

OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (255, 7))
SECRETS = {"api_key": "key", "api_secret": "s3cret-word"}


def seal_of(keys: str) -> Seal:
    return load_seal(CredentialSettings(credentials_key=SecretStr(keys)), None)


def test_what_is_sealed_shows_nothing_and_opens_for_its_target_alone() -> None:
    seal = seal_of(OLD)
    sealed = seal.close(7, SECRETS)
    assert b"s3cret-word" not in sealed
    assert seal.open(7, sealed) == SECRETS
    with pytest.raises(CredentialsRefused) as refused:
        seal.open(8, sealed)
    assert refused.value.code == "credentials_unreadable"


def test_a_key_is_rotated_by_putting_the_new_one_first() -> None:
    sealed = seal_of(OLD).close(7, SECRETS)
    both, only_new = seal_of(f"{NEW}, {OLD}"), seal_of(NEW)
    assert both.open(7, sealed) == SECRETS
    assert not both.is_current(sealed)
    again = both.close(7, both.open(7, sealed))
    assert both.is_current(again)
    assert only_new.open(7, again) == SECRETS
    with pytest.raises(CredentialsRefused):
        only_new.open(7, sealed)


def test_without_a_key_one_is_made_once_for_this_service_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    sealed = load_seal(CredentialSettings(), folder).close(7, SECRETS)
    key = folder / "credentials.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [one.name for one in folder.iterdir()] == ["credentials.key"]
    assert load_seal(CredentialSettings(), folder).open(7, sealed) == SECRETS
    said = capsys.readouterr().out
    assert said.count("credentials.key_made") == 1
    assert key.read_text() not in said


def test_a_key_that_is_none_is_refused_and_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        seal_of("s3cret-word")
    assert "openssl rand" in refused.value.message
    assert "s3cret-word" not in refused.value.message
    (tmp_path / "credentials.key").write_text("damaged")
    with pytest.raises(SettingsError):
        load_seal(CredentialSettings(), tmp_path)


def test_without_key_and_folder_nothing_is_stored() -> None:
    with pytest.raises(NoKeyError):
        load_seal(CredentialSettings(), None).close(7, SECRETS)
