"""The committed dashboards, as Grafana will read them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from deploy.generate import ROOT

from tests.unit.deploy.names import unknown_metrics

GRAFANA = ROOT / "deploy/grafana"
BOARDS = {path.stem: json.loads(path.read_text()) for path in sorted((GRAFANA / "dashboards").glob("*.json"))}
MOST_PANELS = 16


def expressions(board: dict[str, Any]) -> Iterator[str]:
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (each["expr"] for each in board["annotations"]["list"] if "expr" in each)
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.*), \w+\)", variable["query"])
            assert found, variable["query"]
            yield found.group(1)


def test_there_are_six_and_each_has_an_address_of_its_own() -> None:
    assert len(BOARDS) == 6
    for name, board in BOARDS.items():
        assert board["uid"] == name
        assert board["title"].startswith("Wellspring / ")
        assert board["description"]
        assert board["tags"] == ["wellspring"]


@pytest.mark.parametrize("name", BOARDS)
def test_panels_can_be_told_apart_and_read(name: str) -> None:
    panels = BOARDS[name]["panels"]
    assert len(panels) <= MOST_PANELS
    assert len({panel["id"] for panel in panels} - {0}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["description"].endswith("."), panel["title"]
        if panel["type"] != "table":
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["options"], panel["title"]
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters) >= 1


@pytest.mark.parametrize("name", BOARDS)
def test_no_panel_covers_another(name: str) -> None:
    seen: dict[tuple[int, int], str] = {}
    for panel in BOARDS[name]["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in seen, f"{panel['title']} covers {seen.get((x, y))}"
                seen[x, y] = panel["title"]


@pytest.mark.parametrize("name", BOARDS)
def test_the_data_source_is_chosen_by_a_variable_that_is_provisioned(name: str) -> None:
    board = BOARDS[name]
    provisioned = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    uid = provisioned["datasources"][0]["uid"]
    variable = board["templating"]["list"][0]
    assert (variable["type"], variable["name"], variable["query"]) == (
        "datasource",
        "datasource",
        "prometheus",
    )
    assert variable["current"]["value"] == uid
    assert "__inputs" not in board
    for panel in board["panels"]:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert "DS_" not in json.dumps(board)


@pytest.mark.parametrize("name", BOARDS)
def test_every_metric_on_a_dashboard_exists(name: str) -> None:
    wrong = {each: missing for each in expressions(BOARDS[name]) if (missing := unknown_metrics(each))}
    assert wrong == {}


@pytest.mark.parametrize("name", BOARDS)
def test_only_variables_that_the_dashboard_has_are_used(name: str) -> None:
    has = {variable["name"] for variable in BOARDS[name]["templating"]["list"]}
    used = set(re.findall(r"\$(\w+)", " ".join(expressions(BOARDS[name]))))
    assert used <= has | {"__rate_interval"}
    assert has <= used | {"datasource"}


def test_the_provider_reads_the_folder_that_the_json_is_mounted_at() -> None:
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/wellspring.yml").read_text())["providers"][
        0
    ]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
    assert provider["allowUiUpdates"] is False
