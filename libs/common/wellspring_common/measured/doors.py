"""What comes in at the gateway: requests, live connections, plays, crawled titles and their pictures."""

from ..metering import FAST, FOUND_LATER, HOST, counter, gauge, histogram

HTTP_REQUESTS = counter(
    "gateway",
    "wellspring_http_requests_total",
    "Requests answered. Probes are not counted.",
    route=FOUND_LATER,
    method=FOUND_LATER,
    code=FOUND_LATER,
)
HTTP_DURATION = histogram(
    "gateway",
    "wellspring_http_request_duration_seconds",
    "Time until an answer begins.",
    FAST,
    route=FOUND_LATER,
)
HTTP_IN_PROGRESS = gauge(
    "gateway", "wellspring_http_requests_in_progress", "Requests whose answer has not begun."
)
STREAM_CLIENTS = gauge(
    "gateway", "wellspring_stream_clients", "Open live connections.", kind=("sse", "websocket")
)
STREAM_DROPPED = counter(
    "gateway",
    "wellspring_stream_clients_dropped_total",
    "Live connections that were ended because the client did not read what was said.",
    kind=("sse", "websocket"),
)
CACHE_READS = counter(
    "gateway",
    "wellspring_cache_reads_total",
    "Answers by where they came from: kept, asked for, or the last known while Postgres is away.",
    of=("state", "episode", "name"),
    outcome=("hit", "miss", "stale"),
)
CACHE_FLUSHES = counter(
    "gateway",
    "wellspring_cache_flushes_total",
    "Facts that ended kept answers: of an episode, of the library's names, or of all.",
    scope=("episode", "library", "all"),
)
PLAYS = counter(
    "gateway",
    "wellspring_plays_total",
    "Plays, each counted once: at the first picture, or when no link is left to try.",
    outcome=("live_first_try", "live_after_fallback", "failed"),
    host=HOST,
    surface=("browser", "address"),
)
ADDRESS_OPENS = counter(
    "gateway",
    "wellspring_address_opens_total",
    "Openings of permanent addresses, by what answered them.",
    outcome=("redirect", "playlist", "relay", "none"),
)
RELAYS_OPEN = gauge("gateway", "wellspring_relays_open", "Files that pass through the gateway right now.")
RELAY_BYTES = counter(
    "gateway", "wellspring_relay_bytes_total", "Bytes of films that passed through the gateway."
)
RELAY_REFUSALS = counter(
    "gateway",
    "wellspring_relay_refusals_total",
    "Files that were not passed through: off for that server and client, all places taken, or the client's.",
    reason=("off", "full", "client_full"),
)
SIGN_INS = counter(
    "gateway",
    "wellspring_sign_ins_total",
    "Attempts to sign in, by password or at the provider, and what became of them.",
    way=("password", "provider"),
    outcome=("opened", "refused", "throttled"),
)
CRAWLED_TITLES = counter(
    "gateway",
    "wellspring_crawled_titles_total",
    "Titles that crawls reported, by what they changed in the library.",
    outcome=("added", "changed", "unchanged"),
)
POSTERS = counter(
    "gateway",
    "wellspring_posters_total",
    "Pictures of titles that were asked for.",
    outcome=("stored", "unchanged", "postponed", "failed"),
)
