"""Which metrics an expression names, and which of them nobody measures."""

import re

from deploy.prometheus.objectives import OBJECTIVES, WINDOWS

from wellspring_common import metrics
from wellspring_common.metering import CATALOGUE

EXTERNAL = ("pg_", "process_", "python_", "up", "scrape_", "ALERTS")
_SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("",), "gauge": ("",)}
assert any(each.collector is metrics.BUILD_INFO for each in CATALOGUE)
KNOWN = {each.name + suffix for each in CATALOGUE for suffix in _SUFFIXES[each.kind]} | {
    objective.recorded(window) for objective in OBJECTIVES for window in (*WINDOWS, "30d")
}
_WORDS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless"})
_WORDS |= {"bool", "offset", "le", "inf", "nan"}


def metric_names(expression: str) -> set[str]:
    """Return the names of metrics in an expression: what is no function, keyword, label or text."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", expression)
    bare = re.sub(r"{[^}]*}|\[[^\]]*\]", "", bare)
    bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    found = re.findall(r"(?<![\w.:])([a-zA-Z_:][\w:]*)(?![\w:])(?!\s*\()", bare)
    return {name for name in found if name.lower() not in _WORDS}


def unknown_metrics(expression: str) -> set[str]:
    """Return the names that nothing measures."""
    return {name for name in metric_names(expression) if name not in KNOWN and not name.startswith(EXTERNAL)}
