"""The form by which a series is put on a schedule: what was entered, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wellspring_common.uploading import Choices, Visibility

from .digits import number_in

CATEGORIES = (
    "animals",
    "auto",
    "creation",
    "fun",
    "kids",
    "lifestyle",
    "music",
    "news",
    "people",
    "school",
    "shortfilms",
    "sport",
    "tech",
    "travel",
    "tv",
    "videogames",
    "webcam",
)
"""Dailymotion's categories, by the words of its API."""
_DEFAULTS = {
    "title_template": Choices.model_fields["title_template"].default,
    "description_template": Choices.model_fields["description_template"].default,
    "category": "tv",
    "visibility": Visibility.PUBLIC.value,
    "playlists": "on",
}
LONGEST = {"title_template": 200, "description_template": 3000, "category": 64, "language": 16}
_MOST_TAGS, _LONGEST_TAG = 20, 64


@dataclass(frozen=True)
class Filled:
    """What stands in the fields, the mistakes by field, and the wish where there are none."""

    fields: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    wish: Mapping[str, Any] = field(default_factory=dict)


def form_of(fields: Mapping[str, str]) -> Filled:
    """Return an empty form with what is known of it already."""
    return Filled({**_DEFAULTS, **fields})


def filled(fields: Mapping[str, str]) -> Filled:
    """Return what somebody sent. A box that is not ticked is not sent: that is a choice too."""
    said = {name: value.strip() for name, value in fields.items()}
    errors: dict[str, str] = {}
    title_id, target_id = number_in(said.get("title_id", "")), number_in(said.get("target_id", ""))
    if title_id is None:
        errors["title_id"] = "missing"
    choices, wrong = choices_in(said)
    if errors or wrong:
        return Filled(said, errors | wrong)
    return Filled(
        said,
        wish={
            "title_id": title_id,
            "target_id": target_id,
            "choices": choices,
            "download_first": "download_first" in said,
        },
    )


def choices_in(said: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the choices for a series that stand in a form, and the mistakes in them by field."""
    errors: dict[str, str] = {}
    if said.get("is_for_kids") not in {"yes", "no"}:
        errors["is_for_kids"] = "kids_unsaid"
    if said.get("visibility") not in {each.value for each in Visibility}:
        errors["visibility"] = "missing"
    for name in ("category", "title_template"):
        if not said.get(name):
            errors[name] = "missing"
    for name, most in LONGEST.items():
        if len(said.get(name, "")) > most:
            errors[name] = "too_long"
    tags = [tag.strip() for tag in said.get("tags", "").split(",") if tag.strip()]
    if len(tags) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG for tag in tags):
        errors["tags"] = "tags"
    if errors:
        return {}, errors
    return {
        "is_for_kids": said["is_for_kids"] == "yes",
        "visibility": said["visibility"],
        "category": said["category"],
        "title_template": said["title_template"],
        "description_template": said.get("description_template", ""),
        "language": said.get("language") or None,
        "tags": tags,
        "playlists": "playlists" in said,
    }, errors


def fields_of(choices: Mapping[str, Any]) -> dict[str, str]:
    """Return choices as the fields of a form."""
    said = {name: str(choices.get(name) or "") for name in (*LONGEST, "visibility")}
    if "is_for_kids" in choices:
        said["is_for_kids"] = "yes" if choices["is_for_kids"] else "no"
    if choices.get("playlists"):
        said["playlists"] = "on"
    return {**said, "tags": ", ".join(choices.get("tags") or ())}
