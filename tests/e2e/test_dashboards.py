"""Every panel and every alert, asked of a real Prometheus that watches the whole stack at work."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from deploy.generate import ROOT
from deploy.prometheus.stories import RULES, alerts

from tests.e2e.watched import make_traffic, wait_for_figures
from tests.support.gateway import eventually
from tests.support.prometheus import Prometheus, running_prometheus
from tests.support.running import Running
from tests.unit.deploy.names import metric_names
from wellspring_cli.debian import debian_program
from wellspring_cli.ports import choose
from wellspring_common.metering import CATALOGUE, EVERY

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SERVICES = ("gateway", "scraper", "refresher", "health", "uploader")
INTERVAL = "30s"
LIMIT = "wellspring_memory_limit_bytes"
BOARDS = {
    path.stem: json.loads(path.read_text())
    for path in sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
}


@asynccontextmanager
async def postgres_exporter(running: Running) -> AsyncGenerator[Mapping[str, str]]:
    """Run Postgres's exporter, and yield its address."""
    found = debian_program("prometheus-postgres-exporter", "prometheus-postgres-exporter")
    if found is None:
        pytest.skip("no postgres_exporter here: `apt-get download prometheus-postgres-exporter` fails")
    address, url = f"127.0.0.1:{choose()}", running.stack.servers.admin_database_url
    process = await asyncio.create_subprocess_exec(
        str(found),
        f"--web.listen-address={address}",
        env={**os.environ, "DATA_SOURCE_NAME": f"{url}{'&' if '?' in url else '?'}sslmode=disable"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield {address: ""}
    finally:
        process.terminate()
        await process.wait()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def prometheus(
    running: Running, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Prometheus]:
    """Prometheus with our rules, on the services of a stack at work and on Postgres's exporter."""
    services = {urlsplit(running.stack.ops_url(name)).netloc: name for name in SERVICES}
    folder: Path = tmp_path_factory.mktemp("prometheus")
    async with (
        postgres_exporter(running) as exporter,
        running_prometheus(folder, {"wellspring": services, "postgres": exporter}, RULES) as server,
    ):
        await eventually(lambda: server.instant("count(up == 1) == 6"), bool)
        await make_traffic(running)
        await wait_for_figures(server)
        yield server


def queries(board: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return every query with the title of its panel, as Grafana sends it with everything chosen."""
    for panel in board["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$__rate_interval", INTERVAL)
            for variable in ("$host", "$service"):
                expression = expression.replace(variable, ".*")
            assert "$" not in expression
            yield panel["title"], expression


async def blanks(prometheus: Prometheus, asked: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the queries that gave no number."""
    return [(title, query) for title, query in asked if not await prometheus.values(query)]


@pytest.mark.parametrize("name", BOARDS)
async def test_no_panel_is_blank(prometheus: Prometheus, name: str) -> None:
    asked = list(queries(BOARDS[name]))
    assert asked
    assert await blanks(prometheus, asked) == []


async def test_a_panel_of_a_metric_that_nobody_measures_is_blank(prometheus: Prometheus) -> None:
    made_up = ("Made up", "sum(rate(wellspring_made_up_total[30s]))")
    not_a_number = ("Nothing by nothing", "0 * wellspring_nats_monitor_up / 0")
    good = ("Good", "sum(wellspring_nats_monitor_up)")
    assert await blanks(prometheus, [made_up, good, not_a_number]) == [made_up, not_a_number]
    with pytest.raises(AssertionError, match="parse error"):
        await prometheus.values("sum(rate(wellspring_plays_total))")


async def test_every_variable_has_something_to_choose(prometheus: Prometheus) -> None:
    for board in BOARDS.values():
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                selector, label = variable["query"].removeprefix("label_values(")[:-1].rsplit(", ", 1)
                found = await prometheus.ask(f"label/{label}/values", **{"match[]": selector})
                assert found, variable["query"]


async def test_every_metric_that_the_documents_list_is_shown(prometheus: Prometheus) -> None:
    missing = set()
    for each in CATALOGUE:
        shown = each.name + ("_count" if each.kind == "histogram" else "")
        series = await prometheus.instant(shown)
        if not series:
            missing.add(each.name)
        services = {one["metric"]["service"] for one in series}
        if each.owner != EVERY:
            assert services <= {each.owner}, f"{each.name} is shown by {services}"
    assert missing <= {LIMIT}


async def test_every_alert_looks_at_something_that_is_there(prometheus: Prometheus) -> None:
    absent = set()
    for file in sorted(RULES.glob("*.yml")):
        for rule in alerts(file):
            await prometheus.instant(rule["expr"])
            for metric in metric_names(rule["expr"]):
                if not await prometheus.instant(metric):
                    absent.add(metric)
    # where the machine sets no limit there is none to come near to
    assert absent <= {LIMIT}


async def test_a_stack_at_work_wakes_nobody(prometheus: Prometheus) -> None:
    paging = await prometheus.instant('ALERTS{severity="page", alertstate="firing"}')
    assert [alert["metric"]["alertname"] for alert in paging] == []
