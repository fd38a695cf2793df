"""Whether each document is what its kind may be, by the published schemas."""

import json
from functools import cache
from typing import Literal

import kubernetes_validate  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from tests.contract.kubernetes.manifests import Document, Manifests

VERSIONS = ("1.29", "1.33", "1.37")
_DURATION = r"^(\d+(ms|[smhdwy]))+$"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class _Relabeling(_Part):
    source_labels: list[str] = []
    target_label: str
    replacement: str | None = None


class _Endpoint(_Part):
    port: str
    path: str
    interval: str = Field(pattern=_DURATION)
    scrape_timeout: str = Field(pattern=_DURATION)
    honor_labels: bool = False
    relabelings: list[_Relabeling] = []


class _Selector(_Part):
    match_labels: dict[str, str]


class _Monitor(_Part):
    selector: _Selector
    endpoints: list[_Endpoint] = Field(min_length=1)


class _Rule(_Part):
    model_config = ConfigDict(extra="forbid", alias_generator=None)
    record: str | None = None
    alert: str | None = None
    expr: str
    duration: str | None = Field(default=None, alias="for", pattern=_DURATION)
    keep_firing_for: str | None = Field(default=None, pattern=_DURATION)
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class _Group(_Part):
    name: str
    interval: str | None = Field(default=None, pattern=_DURATION)
    rules: list[_Rule] = Field(min_length=1)


class _Rules(_Part):
    groups: list[_Group] = Field(min_length=1)


class _ServiceMonitor(_Part):
    api_version: Literal["monitoring.coreos.com/v1"]
    kind: Literal["ServiceMonitor"]
    metadata: Document
    spec: _Monitor


class _PrometheusRule(_Part):
    api_version: Literal["monitoring.coreos.com/v1"]
    kind: Literal["PrometheusRule"]
    metadata: Document
    spec: _Rules


# The fields of the Prometheus Operator's kinds that are used here: Kubernetes' own schemas do not know them.
_OPERATOR: dict[str, type[BaseModel]] = {"ServiceMonitor": _ServiceMonitor, "PrometheusRule": _PrometheusRule}


def schema_problems(manifests: Manifests) -> list[str]:
    """Unknown fields and wrong types, in three versions of Kubernetes and in the operator's own kinds."""
    found = []
    for one in manifests.documents:
        name = f"{one['kind']} {one['metadata']['name']}"
        if one["kind"] in _OPERATOR:
            found += [f"{name}: {problem}" for problem in _operator_problems(one)]
            continue
        text = json.dumps(one, sort_keys=True)
        problems = {version: _schema_problem(text, version) for version in VERSIONS}
        found += [f"{name} ({version}): {problem}" for version, problem in problems.items() if problem]
    return found


@cache
def _schema_problem(text: str, version: str) -> str:
    """Return what is wrong with a document, once for all installations that have it."""
    try:
        kubernetes_validate.validate(json.loads(text), version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error.message)
    except kubernetes_validate.SchemaNotFoundError:
        return "has no such kind"
    return ""


def _operator_problems(document: Document) -> list[str]:
    try:
        _OPERATOR[document["kind"]].model_validate(document)
    except ValidationError as error:
        return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    return []
