"""How a metric is declared: with an owner, and with every label value that is known at start.

Labels are bounded: `host` is a server or a site, thirty at most and `other` for the rest. A combination of
values that is known at start is there with zero from the start, because a counter that appears with 1 has not
grown in the eyes of Prometheus.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.registry import Collector

EVERY = "every service"
OTHER = "other"
MOST_HOSTS = 30
FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Bounds of what takes moments, in seconds."""
SLOW = (1, 5, 15, 30, 60, 300, 900, 3600)
"""Bounds of what takes minutes, in seconds."""
SETTLING_S = 60.0
"""Longer than Prometheus takes between two looks."""
FOUND_LATER: tuple[str, ...] = ()
HOST = (OTHER,)
"""The value of the label `host` that is known at start."""


@dataclass(frozen=True)
class Declared:
    """One metric as the documents and the dashboards know it. `labels` gives the values known at start."""

    name: str
    kind: str
    text: str
    owner: str
    labels: Mapping[str, tuple[str, ...]]
    collector: Collector | None = None


CATALOGUE: list[Declared] = []
"""Every metric, as declared. Those without a collector are read from a system when somebody asks."""

_hosts: set[str] = set()
_first_seen: dict[tuple[str, str], float] = {}


def counter(owner: str, name: str, text: str, **labels: tuple[str, ...]) -> Counter:
    """Declare a counter and return it."""
    made = Counter(name, text, list(labels))
    _declare(Declared(name, "counter", text, owner, labels, made), made)
    return made


def gauge(owner: str, name: str, text: str, **labels: tuple[str, ...]) -> Gauge:
    """Declare a gauge and return it."""
    made = Gauge(name, text, list(labels))
    _declare(Declared(name, "gauge", text, owner, labels, made), made)
    return made


def histogram(
    owner: str, name: str, text: str, buckets: tuple[float, ...], **labels: tuple[str, ...]
) -> Histogram:
    """Declare a histogram and return it."""
    made = Histogram(name, text, list(labels), buckets=buckets)
    _declare(Declared(name, "histogram", text, owner, labels, made), made)
    return made


def read(owner: str, name: str, kind: str, text: str, *labels: str) -> str:
    """Declare what is read from the system when somebody asks, and return its name."""
    CATALOGUE.append(Declared(name, kind, text, owner, dict.fromkeys(labels, FOUND_LATER)))
    return name


def _declare(declared: Declared, made: Counter | Gauge | Histogram) -> None:
    CATALOGUE.append(declared)
    for values in _known(declared.labels):
        made.labels(*values)


def _known(labels: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    return product(*labels.values()) if labels else ()


def known_host(host: str) -> str:
    """Return a host as a label: itself while there are few, `other` beyond."""
    if host not in _hosts and len(_hosts) >= MOST_HOSTS:
        return OTHER
    _hosts.add(host)
    return host or OTHER


def count_by_host(counter: Counter, host: str, *, now: float | None = None, **labels: str) -> None:
    """Count one for a host, so that every sum over hosts grows by it.

    A host that is new has zero under every known label, and what it does before Prometheus has seen that zero
    counts as `other`. `now` is in seconds of any steady clock.
    """
    declared = next(each for each in CATALOGUE if each.collector is counter)
    now = time.monotonic() if now is None else now
    kept = known_host(host)
    if (declared.name, kept) not in _first_seen:
        _first_seen[declared.name, kept] = now
        for values in _known({**declared.labels, "host": (kept,)}):
            counter.labels(*values)
    settled = now - _first_seen[declared.name, kept] >= SETTLING_S
    counter.labels(host=kept if settled else OTHER, **labels).inc()


def keep_only(service: str) -> None:
    """Drop from this process what only other services measure: a zero of theirs would say all is well."""
    for each in CATALOGUE:
        if each.collector is not None and each.owner not in {EVERY, service}:
            REGISTRY.unregister(each.collector)
