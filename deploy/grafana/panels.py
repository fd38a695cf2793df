"""Few kinds of panels, used alike everywhere: lines over time, a number now, a table of labels."""

import json
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as dashboards
from grafana_foundation_sdk.builders import prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

DATASOURCE = "wellspring-prometheus"
TAG = "wellspring"
_ROW_HEIGHT, _COLUMNS = 8, 24
_NUMBER_HEIGHT = 4

Panel = timeseries.Panel | stat.Panel | table.Panel


@dataclass(frozen=True)
class Query:
    """One expression and how its series are called."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Level:
    """From which value on a number is drawn in which colour."""

    colour: str
    value: float | None = None


@dataclass(frozen=True)
class Board:
    """One dashboard. `labels` are the variables a person may narrow it by: name to metric."""

    uid: str
    title: str
    text: str
    panels: tuple[Panel, ...]
    labels: dict[str, str] = field(default_factory=dict)


def lines(
    title: str, text: str, unit: str, *queries: Query, width: int = 8, stacked: bool = False
) -> timeseries.Panel:
    """Return lines over time, from zero upwards."""
    mode = common.StackingMode.NORMAL if stacked else common.StackingMode.NONE
    panel = (
        timeseries.Panel()
        .title(title)
        .description(text)
        .datasource(_datasource())
        .unit(unit)
        .min(0)
        .height(_ROW_HEIGHT)
        .span(width)
        .line_width(1)
        .fill_opacity(25 if stacked else 5)
        .show_points(common.VisibilityMode.NEVER)
        .stacking(common_builders.StackingConfig().mode(mode))
        .tooltip(common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI))
        .legend(
            common_builders.VizLegendOptions()
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
    )
    for query in queries:
        panel.with_target(_target(query))
    return panel


def number(title: str, text: str, unit: str, expr: str, *levels: Level, width: int = 4) -> stat.Panel:
    """Return one number as it is now, coloured by its level, with its past behind it."""
    steps = [models.Threshold(value=level.value, color=level.colour) for level in levels]
    return (
        stat.Panel()
        .title(title)
        .description(text)
        .datasource(_datasource())
        .unit(unit)
        .height(_NUMBER_HEIGHT)
        .span(width)
        .graph_mode(common.BigValueGraphMode.AREA)
        .color_mode(common.BigValueColorMode.VALUE)
        .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(dashboards.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps))
        .with_target(_target(Query(expr)))
    )


def labels_table(title: str, text: str, expr: str, *, width: int = 8) -> table.Panel:
    """Return the labels of series as a table, a series a row."""
    hidden = {"excludeByName": {"Time": True, "Value": True}}
    only_labels = models.DataTransformerConfig(id_val="organize", options=hidden)
    query = prometheus.Dataquery().expr(expr).instant().format(PromQueryFormat.TABLE).ref_id("A")
    return (
        table.Panel()
        .title(title)
        .description(text)
        .datasource(_datasource())
        .height(_ROW_HEIGHT)
        .span(width)
        .show_header(True)
        .with_transformation(only_labels)
        .with_target(query)
    )


def rendered(board: Board) -> str:
    """Return a dashboard's JSON as it is committed."""
    builder = (
        dashboards.Dashboard(board.title)
        .uid(board.uid)
        .description(board.text)
        .tags([TAG])
        .readonly()
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(
            dashboards.DatasourceVariable("datasource")
            .label("Data source")
            .type("prometheus")
            .current(models.VariableOption(text="Prometheus", value=DATASOURCE))
        )
        .annotation(_starts())
        .link(
            dashboards.DashboardLink("Wellspring")
            .type(models.DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .as_dropdown(True)
            .keep_time(True)
        )
    )
    for name, metric in board.labels.items():
        builder.with_variable(_variable(name, metric))
    for panel in board.panels:
        builder.with_panel(panel)
    return json.dumps(_numbered(JSONEncoder().encode(builder.build())), sort_keys=True, indent=2) + "\n"


def _numbered(encoded: str) -> dict[str, Any]:
    """Number panels and queries: the SDK leaves them alike, and Grafana would take them for one."""
    board: dict[str, Any] = json.loads(encoded)
    for number_, panel in enumerate(board["panels"], start=1):
        panel["id"] = number_
        for letter, target in zip(ascii_uppercase, panel["targets"], strict=False):
            target["refId"] = letter
    return board


def _target(query: Query) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(query.expr).legend_format(query.legend or "__auto").range()


def _datasource() -> models.DataSourceRef:
    # by the variable: what a file provisions is never asked for its `${DS_...}` inputs
    return models.DataSourceRef(type_val="prometheus", uid="${datasource}")


def _variable(name: str, metric: str) -> dashboards.QueryVariable:
    return (
        dashboards.QueryVariable(name)
        .label(name.capitalize())
        .datasource(_datasource())
        .query(f"label_values({metric}, {name})")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(models.VariableOption(text="All", value="$__all"))
    )


def _starts() -> dashboards.AnnotationQuery:
    query = 'sum by (service) (changes(process_start_time_seconds{job="wellspring"}[5m])) > 0'
    return (
        dashboards.AnnotationQuery()
        .name("Starts")
        .datasource(_datasource())
        .enable(True)
        .icon_color("blue")
        .expr(query)
    )
