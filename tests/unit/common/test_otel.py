"""Sending spans: nothing of it is there unless asked for, and what is missing is said."""

import sys
import threading
from collections.abc import Generator

import pytest

from wellspring_common import otel
from wellspring_common.settings import SettingsError, TraceSettings
from wellspring_common.trace import Role, Span, send_spans_to, spanned, traced

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> Generator[list[Span]]:
    found: list[Span] = []
    send_spans_to(found.append)
    yield found
    send_spans_to(None)


def test_the_setting_without_the_extra_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    with pytest.raises(SettingsError, match=r"OTEL_EXPORTER_OTLP_ENDPOINT is set, but .*--extra otel"):
        otel.begin("health", TraceSettings())


def test_our_setting_comes_before_the_common_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://theirs:4318")
    assert TraceSettings().endpoint == "http://theirs:4318"
    monkeypatch.setenv("WELLSPRING_OTEL_ENDPOINT", "http://ours:4318")
    assert (TraceSettings().endpoint, TraceSettings().variable) == (
        "http://ours:4318",
        "WELLSPRING_OTEL_ENDPOINT",
    )
    monkeypatch.setenv("WELLSPRING_OTEL_ENDPOINT", "ours:4318")
    with pytest.raises(SettingsError, match="WELLSPRING_OTEL_ENDPOINT"):
        TraceSettings()


def test_a_span_knows_its_parent_and_how_it_ended(spans: list[Span]) -> None:
    with traced(PARENT, "outer", Role.SERVER, job_id="j1") as outer, spanned(outer, "inner", Role.PRODUCER):
        pass
    with pytest.raises(KeyError), traced(None, "broken"):
        raise KeyError
    inner, above, broken = spans
    assert (inner.name, inner.parent, inner.failed) == ("inner", outer, None)
    assert (above.traceparent, above.parent, above.ids) == (outer, PARENT, {"job_id": "j1"})
    assert above.began_ns <= inner.began_ns <= inner.ended_ns <= above.ended_ns
    assert (broken.parent, broken.failed) == (None, "KeyError")


def test_a_parent_that_is_no_trace_is_no_parent(spans: list[Span]) -> None:
    with traced("nonsense", "work"):
        pass
    assert spans[0].parent is None


def test_a_collector_that_is_away_delays_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLSPRING_OTEL_ENDPOINT", "http://127.0.0.1:1")
    end = otel.begin("health", TraceSettings())
    with traced(None, "work"):
        pass
    ended = threading.Thread(target=end)
    ended.start()
    ended.join(otel.EXPORT_S + 3)
    assert not ended.is_alive()
