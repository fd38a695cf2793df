"""Every operation of the API keeps to its description, whatever it is sent."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Generator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest
import schemathesis
from deploy.api.description import described
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.support.gateway import eventually
from wellspring_cli.ports import choose

from .conftest import Shared, Start
from .running import Gateway
from .test_tokens import token_of

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SHORT, LONG = 5, 40
"""Requests for each operation: of what its description allows, and as many of what it forbids."""
DOCUMENT = described()
STREAM = ("GET", "/api/v1/live")
SETTINGS = ("PATCH", "/api/v1/settings")
OPERATIONS = [
    (verb.upper(), path)
    for path, verbs in DOCUMENT["paths"].items()
    for verb in verbs
    if (verb.upper(), path) not in {STREAM, SETTINGS}
]
READY_S = 60.0
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


@pytest.fixture(scope="module", autouse=True)
def uploader(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Run a real uploader beside the gateway: what it is asked, it answers itself."""
    folder, port = tmp_path_factory.mktemp("uploader"), choose()
    environ = {
        "PATH": "",
        "WELLSPRING_DATABASE_URL": shared.uploader_url,
        "WELLSPRING_NATS_URL": shared.nats_url,
        "WELLSPRING_NATS_PREFIX": shared.prefix,
        "WELLSPRING_OPS_PORT": str(port),
        "WELLSPRING_DATA_DIR": str(folder),
        "WELLSPRING_UPLOADER_MEDIA_DIR": str(folder / "media"),
    }
    with (folder / "uploader.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "wellspring_uploader"], env=environ, stdout=log, stderr=log
        )
    try:
        asyncio.run(eventually(lambda: _is_ready(port), bool, patience_s=READY_S))
        yield
    finally:
        process.terminate()
        process.wait(15)
        assert b'"exc_info"' not in (folder / "uploader.log").read_bytes()


async def _is_ready(port: int) -> bool:
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/readyz") as answer,
        ):
            return answer.status == HTTPStatus.OK
    except aiohttp.ClientError:
        return False


async def known_of(gateway: Gateway) -> dict[str, Any]:
    """Fill the library and return a value for each parameter that then leads somewhere."""
    episode = await gateway.add_episode()
    await gateway.add_links(episode, {720: {"pixel": "https://p.example/1"}})
    job = await gateway.add_job(episode, state="failed", minutes_ago=600, error_code="no_links")
    sql = gateway.sql
    source = await sql.fetchval("select id from catalog.sources where episode_id = $1 limit 1", episode)
    title = await sql.fetchval("select title_id from catalog.episodes where id = $1", episode)
    catalogue = await sql.fetchval(
        "insert into catalog.catalogues (name, definition, base_urls)"
        " values ('films', 'films', '{https://films.example}') returning id"
    )
    return {
        "episode_id": episode,
        "title_id": title,
        "source_id": source,
        "catalogue_id": catalogue,
        "job_id": str(job),
        "cursor": None,
        "If-Match": "*",
        "If-None-Match": "*",
    }


@cache
def schema() -> OpenApiSchema:
    """Return the description as schemathesis has it: to read it takes as long as to ask an operation."""
    return schemathesis.openapi.from_dict(DOCUMENT)


def explore(
    url: str, token: str, operation: tuple[str, str], known: Mapping[str, Any], *, examples: int
) -> None:
    """Send one operation many requests, half of them against its description, and check each answer."""
    operations = schema()[operation[1]][operation[0]]
    for mode in MODES:

        @seed(20261121)
        @settings(
            max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operations.as_strategy(generation_mode=mode), at_home=st.booleans())
        def ask(case: schemathesis.Case[Any], at_home: bool) -> None:
            if at_home:
                lead_home(case, known)
            headers = {"Authorization": f"Bearer {token}"}
            response = case.call(base_url=url, headers=headers, timeout=20)
            # the shapes of the seeds' addresses are quoted in tests of their own
            ours = operation[1].startswith("/api/v1/")
            case.validate_response(response, checks=CHECKS if ours else CHECKS[:1])

        # where anything is allowed there is nothing to send against it
        nothing = [Unsatisfiable] if mode is schemathesis.GenerationMode.NEGATIVE else []
        with contextlib.suppress(*nothing):
            ask()


def lead_home(case: schemathesis.Case[Any], known: Mapping[str, Any]) -> None:
    """Let a request be about what there is."""
    for values in (case.path_parameters, case.query, case.headers):
        for name in values or {}:
            if known.get(name) is not None:
                values[name] = known[name]


def named(operation: tuple[str, str]) -> str:
    return f"{operation[0]} {operation[1]}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
async def test_an_operation_keeps_to_its_description(gateway: Gateway, operation: tuple[str, str]) -> None:
    known, token = await known_of(gateway), await token_of(gateway, "admin", "admin")
    await asyncio.to_thread(explore, gateway.url, token, operation, known, examples=SHORT)


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
async def test_an_operation_keeps_to_its_description_for_long(
    gateway: Gateway, operation: tuple[str, str]
) -> None:
    known, token = await known_of(gateway), await token_of(gateway, "admin", "admin")
    await asyncio.to_thread(explore, gateway.url, token, operation, known, examples=LONG)


async def test_changing_settings_keeps_to_its_description(start_gateway: Start) -> None:
    gateway = await start_gateway()
    token = await token_of(gateway, "admin", "admin")
    await asyncio.to_thread(explore, gateway.url, token, SETTINGS, {}, examples=SHORT)
