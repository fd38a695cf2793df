"""Writes what is generated: pages on metrics and events, the API's types, rules, dashboards."""

import sys
from collections.abc import Mapping
from pathlib import Path

from .api.typescript import types
from .events.asyncapi import asyncapi
from .events.tables import tables
from .grafana.boards import files
from .prometheus.catalogue import table
from .prometheus.objectives import rules
from .prometheus.stories import objective_tests, symptom_tests

ROOT = Path(__file__).resolve().parents[1]


def generated() -> Mapping[Path, str]:
    """Return every generated file with what has to be in it."""
    prometheus = ROOT / "deploy/prometheus"
    return {
        ROOT / "docs/metrics.md": table(),
        ROOT / "docs/events.md": tables(),
        ROOT / "docs/asyncapi.yaml": asyncapi(),
        ROOT / "services/gateway/web/src/api/schema.ts": types(),
        prometheus / "rules/objectives.yml": rules(),
        prometheus / "tests/symptoms.yml": symptom_tests(),
        prometheus / "tests/objectives.yml": objective_tests(),
    } | {ROOT / "deploy/grafana/dashboards" / name: text for name, text in files().items()}


def main() -> None:
    """Write what differs and say which."""
    for path, text in generated().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
