"""Uploads: what goes out, how fast, and what was given up."""

from .panels import Board, Level, Query, lines, number


def _increase(metric: str, span: str = "24h") -> str:
    return f"sum(increase({metric}[{span}]))"


BOARD = Board(
    uid="wellspring-uploads",
    title="Wellspring / Uploads",
    text="Films on their way to their platforms. How far a single one is stands on the page Upload schedule.",
    panels=(
        number(
            "Under way",
            "Uploads that have a channel for themselves right now.",
            "short",
            "sum(wellspring_uploads_in_progress)",
            Level("green"),
        ),
        number(
            "Standing still",
            "Uploads whose platform acknowledged no byte for a minute.",
            "short",
            "sum(wellspring_uploads_stalled)",
            Level("green"),
            Level("orange", 1),
        ),
        number(
            "Oldest under way",
            "How long ago the oldest upload that is under way was started.",
            "s",
            "max(wellspring_upload_oldest_active_seconds)",
            Level("green"),
            Level("orange", 7200),
        ),
        number(
            "Published, 24 h",
            "Films that went out.",
            "short",
            _increase('wellspring_uploads_total{outcome="success"}'),
            Level("green"),
        ),
        number(
            "Given up, 24 h",
            "Films that were skipped, need somebody, or were rejected.",
            "short",
            _increase('wellspring_uploads_total{outcome="failed"}'),
            Level("green"),
            Level("orange", 1),
        ),
        number(
            "Sent, 24 h",
            "Bytes of films that platforms acknowledged.",
            "bytes",
            _increase("wellspring_upload_bytes_total"),
            Level("green"),
        ),
        lines(
            "Ended",
            "Published, given up, or taken off by a person, in an hour.",
            "short",
            Query(
                "sum by (destination, outcome) (increase(wellspring_uploads_total[1h]))",
                "{{destination}}, {{outcome}}",
            ),
        ),
        lines(
            "Bytes",
            "What platforms acknowledged.",
            "Bps",
            Query(
                "sum by (destination) (rate(wellspring_upload_bytes_total[$__rate_interval]))",
                "{{destination}}",
            ),
        ),
        lines(
            "Time from start to publication, p50 and p95",
            "Zero while nothing is published.",
            "s",
            *(
                Query(
                    f"(histogram_quantile({part}, sum by (le) ("
                    "rate(wellspring_upload_duration_seconds_bucket[$__rate_interval]))) >= 0) or vector(0)",
                    f"p{part * 100:.0f}",
                )
                for part in (0.5, 0.95)
            ),
        ),
        lines(
            "Sent once more",
            "Parts of films, or whole ones, that were sent again, in an hour.",
            "short",
            Query(
                "sum by (destination, reason) (increase(wellspring_upload_part_retries_total[1h]))",
                "{{destination}}: {{reason}}",
            ),
        ),
    ),
)
