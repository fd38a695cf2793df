"""Clients: players at permanent addresses, films through us, open pages, limits and sign-ins."""

from .panels import Board, Query, lines

_OF = "sum by ({}) (rate({}[$__rate_interval])) * 60"


def _by(label: str, selector: str) -> Query:
    return Query(_OF.format(label, selector), "{{" + label + "}} / min")


BOARD = Board(
    uid="wellspring-clients",
    title="Wellspring / Clients",
    text="What players, pages and programs ask of the gateway, and what they are refused.",
    panels=(
        lines(
            "Permanent addresses by answer",
            "Openings by players: a redirect, a playlist or the film through us. None: no link played.",
            "short",
            _by("outcome", "wellspring_address_opens_total"),
            stacked=True,
        ),
        lines(
            "Plays by surface",
            "Plays that began or failed, in our own pages and at permanent addresses.",
            "short",
            _by("surface", "wellspring_plays_total"),
            stacked=True,
        ),
        lines(
            "Films through us",
            "Relays that are open right now. `relays_at_once` in the settings is how many there may be.",
            "short",
            Query("sum(wellspring_relays_open)", "open"),
        ),
        lines(
            "Bytes of films through us",
            "What the gateway's own line carries of films, a second.",
            "Bps",
            Query("sum(rate(wellspring_relay_bytes_total[$__rate_interval]))", "relayed"),
        ),
        lines(
            "Films not let through",
            "Off: not for this server and client. Full: every place, or every one of the client's, is taken.",
            "short",
            _by("reason", "wellspring_relay_refusals_total"),
            stacked=True,
        ),
        lines(
            "Live connections",
            "Open pages by server-sent events, and programs by WebSocket.",
            "short",
            Query("sum by (kind) (wellspring_stream_clients)", "{{kind}}"),
        ),
        lines(
            "Live connections that were ended",
            "Their client did not read what was said. It connects again by itself.",
            "short",
            _by("kind", "wellspring_stream_clients_dropped_total"),
        ),
        lines(
            "Told to wait, by route",
            "Answers 429, five routes at most: sign-ins, scrapes, searches and openings have limits.",
            "short",
            Query(
                "topk(5, sum by (route) "
                '(rate(wellspring_http_requests_total{code="429"}[$__rate_interval])) * 60) or vector(0)',
                "{{route}} / min",
            ),
        ),
        lines(
            "Errors by route",
            "Answers that are errors of ours, five routes at most.",
            "short",
            Query(
                "topk(5, sum by (route) "
                '(rate(wellspring_http_requests_total{code=~"5.."}[$__rate_interval])) * 60)',
                "{{route}} / min",
            ),
        ),
        lines(
            "Kept answers: hit ratio",
            "Share of reads that asked nobody. 1 while nobody reads.",
            "percentunit",
            Query(
                '(sum by (of) (rate(wellspring_cache_reads_total{outcome="hit"}[$__rate_interval])) '
                "/ (sum by (of) (rate(wellspring_cache_reads_total[$__rate_interval])) > 0)) or vector(1)",
                "{{of}}",
            ),
        ),
        lines(
            "Answers that were stale",
            "The last that was known, while Postgres is away.",
            "short",
            _by("of", 'wellspring_cache_reads_total{outcome="stale"}'),
        ),
        lines(
            "Kept answers that facts ended",
            "By what each fact was about: an episode, the library's names, or everything.",
            "short",
            _by("scope", "wellspring_cache_flushes_total"),
        ),
        lines(
            "Sign-ins",
            "By password and at the provider. Throttled: too many failures before it.",
            "short",
            Query(
                "sum by (way, outcome) (rate(wellspring_sign_ins_total[$__rate_interval])) * 60",
                "{{way}}, {{outcome}} / min",
            ),
            stacked=True,
        ),
    ),
)
