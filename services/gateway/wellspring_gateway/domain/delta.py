"""What changed between two snapshots of an episode, so that an open page is told no more than that."""

from collections.abc import Mapping
from typing import Any

Snapshot = Mapping[str, Any]


def difference(before: Snapshot, after: Snapshot) -> dict[str, Any] | None:
    """Return what makes the one of the other, or nothing where they are the same.

    `set` has the values that changed, `links` the links that are new or changed, `gone` the ids of those that
    are no more, and `order` all ids in their order, where following the order as it was is not enough.
    """
    found: dict[str, Any] = {}
    changed = {key: value for key, value in after.items() if key != "links" and before.get(key) != value}
    if changed:
        found["set"] = changed
    old, new = _by_id(before), _by_id(after)
    links = [link for key, link in new.items() if old.get(key) != link]
    if links:
        found["links"] = links
    gone = [key for key in old if key not in new]
    if gone:
        found["gone"] = gone
    # whoever follows leaves out what is gone, and adds at the end what is new
    followed = [key for key in old if key in new] + [key for key in new if key not in old]
    if followed != list(new):
        found["order"] = list(new)
    return {"episode_id": after["episode_id"], **found} if found else None


def followed(before: Snapshot, delta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the snapshot that a difference makes of the one before: what a page does."""
    links = _by_id(before)
    for key in delta.get("gone", ()):
        links.pop(key, None)
    links.update({link["id"]: link for link in delta.get("links", ())})
    order = delta.get("order", links)
    return {**before, **delta.get("set", {}), "links": [links[key] for key in order]}


def _by_id(snapshot: Snapshot) -> dict[int, Any]:
    return {link["id"]: link for link in snapshot["links"]}
