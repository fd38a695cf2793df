"""Why a link is shown as it is and how its expiry is known, for pages without script.

The same decisions as `why.ts`, on the same snapshot, as keys of the same messages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_GUESSES = frozenset({"default", "learned"})
_EVIDENCE = {
    "learned": re.compile(r"learned: (?P<span>.+) from (?P<count>\d+) links of "),
    "issued": re.compile(r"issued (?P<time>\S+) \+ (?P<life>.+)$"),
    "definition": re.compile(r"definition: (?P<life>.+)$"),
}


@dataclass(frozen=True)
class Words:
    """A message's key with its values. `code` and `minutes` are told by messages of their own."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    code: str | None = None
    minutes: int | None = None


@dataclass(frozen=True)
class PlainLink:
    """A link as a list shows it that cannot be unfolded."""

    quality: int | None
    server: str
    url: str | None
    """Nothing where it must not be followed."""
    state: str
    words: tuple[Words, ...]


def plain_link(link: Mapping[str, Any], now: datetime) -> PlainLink:
    """Return one link of a snapshot with what is known of its health, its expiry and its making."""
    state = link["state"] if link["offered"] else "dead" if link["state"] == "dead" else "expired"
    may_be_followed = link["offered"] and link["url"].startswith(("https://", "http://"))
    told = (
        why_of(link["health"]),
        latency_of(link["health"]),
        expiry_of(link["expiry"], now),
        how_of(link["expiry"]),
        made_of(link["scraped_at"]),
    )
    return PlainLink(
        quality=link["quality"],
        server=link["server"],
        url=(link.get("play_url") or link["url"]) if may_be_followed else None,
        state=state,
        words=tuple(words for words in told if words is not None),
    )


def why_of(health: Mapping[str, Any]) -> Words:
    """Return what probes saw: when, and what speaks against the link."""
    state, reason, checked, seen = (health[name] for name in ("state", "reason", "checked_at", "ok_at"))
    if state == "alive":
        return _at("js.why.alive" if seen else "js.why.alive_sometime", seen)
    if state == "unknown":
        if checked is None:
            return Words("js.why.unknown")
        return _at("js.why.unknown_reason" if reason else "js.why.unknown_since", checked, reason)
    begun = health["since"] or checked
    return _at(f"js.why.{state}" if begun else f"js.why.{state}_sometime", begun, reason or "other")


def latency_of(health: Mapping[str, Any]) -> Words | None:
    """Return how long a link's server took to answer, where a probe measured it."""
    took = health["latency_ms"]
    return None if took is None else Words("js.why.latency", {"ms": took})


def made_of(scraped_at: str | None) -> Words | None:
    """Return when a link was made, where that is known."""
    return None if scraped_at is None else _at("js.why.made", scraped_at)


def expiry_of(expiry: Mapping[str, Any], now: datetime) -> Words:
    """Return whether a link runs out, has run out, or nobody knows."""
    if expiry["at"] is None:
        return Words("js.expiry.unknown")
    guess = "_guess" if expiry["basis"] in _GUESSES else ""
    left = (datetime.fromisoformat(expiry["at"]) - now).total_seconds()
    if left <= 0:
        return _at(f"js.expiry.past{guess}", expiry["at"])
    return Words(f"js.expiry.in{guess}", minutes=-int(-left // 60))


def how_of(expiry: Mapping[str, Any]) -> Words | None:
    """Return how the expiry is known: evidence in other words where there are some, else as it is."""
    basis, evidence = expiry["basis"], expiry["evidence"] or "default"
    if expiry["at"] is None:
        return None
    for name, form in _EVIDENCE.items():
        found = form.match(evidence)
        if found is not None and (name != "learned" or basis == "learned"):
            values: dict[str, object] = dict(found.groupdict())
            if "count" in values:
                values["count"] = int(found["count"])
            return Words(f"js.how.{name}", values)
    if evidence == "default":
        return Words(f"js.how.{basis}_plain")
    return Words(f"js.how.{basis}", {"evidence": evidence})


def _at(key: str, moment: str | None, code: str | None = None) -> Words:
    values = {"ago": f"{moment[:16].replace('T', ' ')} UTC"} if moment else {}
    return Words(key, values, code)
