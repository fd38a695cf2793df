"""What a job without links failed of, and whether trying again can help."""

from collections.abc import Iterable

from wellspring_common.events.scrape import Problem

SPARED = "spared"
"""A server that was not asked for a new link, because making one uses up the stored one."""

# From the most to the least telling. What waiting cannot cure comes first: it is what a person has to act on.
_PERMANENT = (
    "unknown_definition",
    "bad_definition",
    "blocked",
    "robots_denied",
    "unsupported_scope",
    "browser_unavailable",
    "resolver_unavailable",
    "browser_memory",
    "page_too_heavy",
    "drift",
    "not_found",
    "page_too_complex",
    "not_html",
    "too_large",
    "blocked_address",
    "bad_url",
    "too_many_redirects",
    "forbidden",
    "refused",
    "html_body",
    "wrong_type",
    "wrong_size",
    "too_small",
    "sent_home",
    "unknown_content",
    "decoy",
    "permanent",
)
_TRANSIENT = (
    "memory_short",
    "browser_crash",
    "browser_timeout",
    "crawl_timeout",
    "too_late",
    "interrupted",
    "robots_unavailable",
    "remembered",
    "soft_expired",
    "expired",
    "throttled",
    "our_pace",
    "server_error",
    "tls",
    "dns",
    "connect",
    "timeout",
    "garbage",
    "transient",
    SPARED,
)
_RANK = {code: rank for rank, code in enumerate((*_PERMANENT, *_TRANSIENT))}
NO_LINKS = "no_links"


def is_retryable(code: str) -> bool:
    """Return whether the same scrape may succeed later without anybody doing something."""
    return code in _TRANSIENT


def describe(problems: Iterable[Problem]) -> Problem:
    """Return the problem that describes a job best. Problems of a page come before those of its servers."""
    ranked = sorted(problems, key=lambda one: (one.server is not None, _RANK.get(one.code, len(_RANK))))
    if not ranked:
        return Problem(code=NO_LINKS, detail="No source gave a link.")
    return ranked[0]


def any_retryable(problems: Iterable[Problem]) -> bool:
    """Return whether something went wrong that may pass."""
    return any(is_retryable(problem.code) for problem in problems)


_ENDS_A_CRAWL = frozenset({"blocked", "throttled", "robots_unavailable"})


def ends_a_crawl(code: str) -> bool:
    """Return whether a catalogue that fails so for one title is to be left alone."""
    return code in _ENDS_A_CRAWL


_OUTCOMES = {
    "blocked": "blocked",
    "timeout": "timeout",
    "browser_timeout": "timeout",
    "drift": "parse_error",
    "soft_expired": "empty",
    "page_too_complex": "parse_error",
    "not_html": "parse_error",
}


def outcome(code: str | None) -> str:
    """Return the label that metrics give to a source's result: `success`, or what its failure amounts to."""
    return "success" if code is None else _OUTCOMES.get(code, "error")
