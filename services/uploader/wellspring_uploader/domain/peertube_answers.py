"""What a refusal of PeerTube means, and what the platform calls our words."""

from datetime import datetime, timedelta

from wellspring_common.errors import Permanent, Throttled, Transient, WellspringError
from wellspring_common.uploading import Visibility

from .platform_answers import Answer
from .refusals import (
    CredentialsRefused,
    FileRefused,
    Forbidden,
    OutcomeUnknown,
    QuotaReached,
    SessionLost,
)
from .templates import longest_title

PRIVACIES = {Visibility.PUBLIC: 1, Visibility.UNLISTED: 2, Visibility.PRIVATE: 3}
LONGEST_TITLE = longest_title("peertube")
LONGEST_DESCRIPTION = 10_000
MOST_TAGS = 5
DEFAULT_WAIT_S = 30.0
_CATEGORIES = (
    *("music", "films", "vehicles", "art", "sports", "travels", "gaming", "people", "comedy"),
    *("entertainment", "news", "how-to", "education", "activism", "science", "animals", "kids", "food"),
)
# The words of the other platform, so that one choice of category fits both.
_ALIKE = {
    "shortfilms": "films",
    "movies": "films",
    "tv": "entertainment",
    "webcam": "people",
    "fun": "comedy",
    "auto": "vehicles",
    "creation": "art",
    "sport": "sports",
    "travel": "travels",
    "videogames": "gaming",
    "lifestyle": "people",
    "school": "education",
    "tech": "science",
}
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _CONFLICT, _GONE = 401, 403, 404, 409, 410
_TOO_LARGE, _UNSUPPORTED, _UNREADABLE, _TOO_MANY, _SERVER = 413, 415, 422, 429, 500


def category_number(word: str) -> int:
    """Return PeerTube's number of a category. Raises `FileRefused` for a word that it does not know."""
    plain = word.strip().lower()
    if plain.isascii() and plain.isdigit():
        return int(plain)
    plain = _ALIKE.get(plain, plain).replace(" ", "-")
    if plain not in _CATEGORIES:
        raise FileRefused(
            f"PeerTube has no category {word!r}: it has {', '.join(_CATEGORIES)}.", code="bad_field"
        )
    return _CATEGORIES.index(plain) + 1


def tags_of(marker: str, tags: tuple[str, ...]) -> list[str]:
    """Return the tags that fit: PeerTube takes five, of 2 to 30 characters. The marker always is one."""
    fitting = (tag for tag in dict.fromkeys(tags) if 2 <= len(tag) <= 30 and tag != marker)  # noqa: PLR2004
    return [marker, *fitting][:MOST_TAGS]


def refusal(answer: Answer, *, now: datetime) -> WellspringError:  # noqa: PLR0911  (a table)
    """Return what an answer that is no success means."""
    status, code = answer.status, answer.error.code
    wait = answer.wait_s(now)
    if status == _UNAUTHORIZED:
        return CredentialsRefused(f"PeerTube refused a token that it had just given out: {answer.said}")
    if code in {"quota_reached", "max_file_size_reached"} or status == _TOO_LARGE:
        if code == "quota_reached":
            until = None if wait is None else now + timedelta(seconds=wait)
            return QuotaReached(answer.said, until=until, raw=answer.raw)
        return FileRefused(answer.said, code="too_large")
    if status == _TOO_MANY:
        return Throttled(answer.said, retry_after=DEFAULT_WAIT_S if wait is None else wait)
    if status >= _SERVER or status < 400:  # noqa: PLR2004  (no refusal at all)
        return Transient(f"PeerTube answered {status}: {answer.said}", code="server_error")
    if status == _FORBIDDEN:
        return Forbidden(answer.said, raw=answer.raw)
    if status == _NOT_FOUND:
        return Permanent(answer.said, code="not_found")
    if status in {_UNSUPPORTED, _UNREADABLE}:
        return FileRefused(answer.said, code="unreadable")
    return FileRefused(answer.said, code="bad_field" if answer.error.param else "refused")


def piece_refusal(answer: Answer, *, last: bool, now: datetime) -> WellspringError:
    """Return what it means that a piece was not taken. `last` is the one that makes the video.

    That one may run twice behind a proxy that gave up waiting (Chocobozzz/PeerTube#4173): whatever is no
    clear refusal of it leaves open whether there is a video.
    """
    if answer.status == _FORBIDDEN:  # a filter of the instance, when all of the film is there
        return FileRefused(answer.said, code="filtered")
    if last and (answer.status in {_NOT_FOUND, _CONFLICT, _GONE, _TOO_MANY} or answer.status >= _SERVER):
        return OutcomeUnknown(f"PeerTube answered {answer.status} to the last piece.")
    if answer.status in {_NOT_FOUND, _GONE}:
        return SessionLost(f"PeerTube knows nothing of this upload any more: {answer.said}")
    if answer.status == _CONFLICT:
        return Transient(f"PeerTube has other bytes than we thought: {answer.said}", code="conflict")
    return refusal(answer, now=now)
