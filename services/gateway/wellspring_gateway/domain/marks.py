"""Where intro and credits lie, as people write it."""

import re
from collections.abc import Mapping

from .documents.watching import LONGEST_S, MarksEdit, Stretch
from .episodes import FieldError

WHATS = ("intro", "outro")
FIELDS = tuple(f"{what}_{edge}" for what in WHATS for edge in ("start", "end"))
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]?\d(?:\.\d{1,3})?)", re.ASCII)
_SECONDS = re.compile(r"\d{1,6}(?:\.\d{1,3})?", re.ASCII)


def parse_moment(text: str) -> float | None:
    """Return the seconds of `1:02:03`, `2:30.5` or `150`, nothing for what is no moment."""
    said = text.strip().replace(",", ".")
    if _SECONDS.fullmatch(said):
        seconds = float(said)
    elif found := _CLOCK.fullmatch(said):
        hours, minutes, rest = found.groups()
        seconds = int(hours or 0) * 3600 + int(minutes) * 60 + float(rest)
    else:
        return None
    return seconds if seconds <= LONGEST_S else None


def moment_text(seconds: float | None) -> str:
    """Return a moment as the form shows it: `2:30`, `1:02:03.5`."""
    if seconds is None:
        return ""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return clock + (f".{thousandths:03}".rstrip("0") if thousandths else "")


def parse_marks(form: Mapping[str, str]) -> tuple[MarksEdit | None, dict[str, FieldError]]:
    """Return the marks that a form's fields say, or what is wrong with them."""
    stretches: dict[str, Stretch | None] = {}
    errors: dict[str, FieldError] = {}
    for what in WHATS:
        texts = [form.get(f"{what}_{edge}", "").strip() for edge in ("start", "end")]
        if not any(texts):
            stretches[what] = None
            continue
        start, end = (parse_moment(text) for text in texts)
        for edge, moment in (("start", start), ("end", end)):
            if moment is None:
                errors[f"{what}_{edge}"] = FieldError("not_a_moment", "This is no moment, such as 1:30.")
        if start is not None and end is not None and end <= start:
            errors[f"{what}_end"] = FieldError("ends_before", "It ends before it begins.")
        elif start is not None and end is not None:
            stretches[what] = Stretch(start_s=start, end_s=end)
    return (None, errors) if errors else (MarksEdit(**stretches), {})
