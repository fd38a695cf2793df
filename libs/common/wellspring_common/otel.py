"""Sends spans to a collector, and imports nothing of OpenTelemetry unless somebody asks for it."""

import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from .settings import SettingsError, TraceSettings
from .trace import Role, Span, send_spans_to, span_id_of, trace_id_of

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import SpanContext

EXPORT_S = 2.0
"""How long one sending may take: spans are worth no wait, and go missing rather than pile up."""


def begin(service: str, settings: TraceSettings) -> Callable[[], None]:
    """Send spans where the settings say, and return what ends it. Raises `SettingsError`."""
    if settings.endpoint is None:
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  (costly, and only for who traces)
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  (costly, and only for who traces)
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  (costly, and only for who traces)
    except ImportError as error:
        raise SettingsError(
            f"{settings.variable} is set, but what sends traces is not installed: "
            "uv sync --all-packages --extra otel, or unset the variable."
        ) from error
    resource = Resource.create(
        {"service.name": f"wellspring-{service}", "service.version": version(f"wellspring-{service}")}
    )
    exporter = OTLPSpanExporter(endpoint=f"{settings.endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_S)
    processor = BatchSpanProcessor(exporter)
    convert = _converter(resource)
    send_spans_to(lambda span: processor.on_end(convert(span)))

    def end() -> None:
        send_spans_to(None)
        last = threading.Thread(target=processor.shutdown, daemon=True)
        last.start()
        last.join(EXPORT_S)

    return end


def _converter(resource: "Resource") -> "Callable[[Span], ReadableSpan]":
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415  (costly, and only for who traces)
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope  # noqa: PLC0415  (costly, and only for who traces)
    from opentelemetry.trace import SpanKind  # noqa: PLC0415  (costly, and only for who traces)
    from opentelemetry.trace.status import Status, StatusCode  # noqa: PLC0415  (costly, and only for who traces)

    scope = InstrumentationScope("wellspring", version("wellspring-common"))
    kinds = {
        Role.SERVER: SpanKind.SERVER,
        Role.CONSUMER: SpanKind.CONSUMER,
        Role.PRODUCER: SpanKind.PRODUCER,
        Role.INTERNAL: SpanKind.INTERNAL,
    }

    def convert(span: Span) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=_context(span.traceparent, is_remote=False),
            parent=None if span.parent is None else _context(span.parent, is_remote=True),
            resource=resource,
            attributes={f"wellspring.{name}": str(value) for name, value in span.ids.items()},
            kind=kinds[span.role],
            status=Status(StatusCode.ERROR, span.failed) if span.failed else Status(StatusCode.UNSET),
            start_time=span.began_ns,
            end_time=span.ended_ns,
            instrumentation_scope=scope,
        )

    return convert


def _context(traceparent: str, *, is_remote: bool) -> "SpanContext":
    from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415  (costly, and only for who traces)

    return SpanContext(
        int(trace_id_of(traceparent), 16),
        int(span_id_of(traceparent), 16),
        is_remote=is_remote,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
