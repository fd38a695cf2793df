"""Servers that the operator brought."""

from pathlib import Path

import pytest

from wellspring_cli.console import Failure
from wellspring_cli.given import with_given_servers


def test_a_url_is_completed_by_a_password_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "postgres"
    file.write_text("p@ss\n", encoding="utf-8")
    environ = {
        "PATH": "/bin",
        "WELLSPRING_DATABASE_URL": "postgresql://postgres@db:5432/ws",
        "WELLSPRING_DATABASE_PASSWORD_FILE": str(file),
    }
    found = with_given_servers(environ)
    assert found["WELLSPRING_DATABASE_URL"] == "postgresql://postgres:p%40ss@db:5432/ws"
    assert found["PATH"] == "/bin"
    assert "WELLSPRING_NATS_URL" not in found


def test_a_whole_url_may_be_in_a_file_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("nats://admin:x@nats:4222\n", encoding="utf-8")
    found = with_given_servers({"WELLSPRING_NATS_URL_FILE": str(file)})
    assert found["WELLSPRING_NATS_URL"] == "nats://admin:x@nats:4222"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"WELLSPRING_NATS_URL_FILE": "/nowhere"}, "WELLSPRING_NATS_URL_FILE names /nowhere"),
        (
            {"WELLSPRING_NATS_URL": "nats://a:hunter2@nats", "WELLSPRING_NATS_PASSWORD": "x"},
            "WELLSPRING_NATS_URL and its password do not fit",
        ),
    ],
)
def test_what_does_not_fit_is_told_without_the_secret(environ: dict[str, str], said: str) -> None:
    with pytest.raises(Failure) as caught:
        with_given_servers(environ)
    assert said in caught.value.what
    assert "hunter2" not in caught.value.what
