"""What the routes of uploads, targets and downloads have in common."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import ValidationError

from wellspring_common.errors import DependencyDown, Permanent
from wellspring_common.uploading import Asked, AskPresence, Present, Question

from ..domain.uploads import WORD_OF, counted, percent
from ..door import door_of
from ..publishing import Answer, ScheduleRow, UploadRow
from .problems import Problem

RETRY_S = 5
REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"description": "What was asked for can't be done as it is: `code` and `detail` say why."},
    404: {"description": "The uploader knows no such title, episode, series, channel, upload or download."},
    409: {"description": "Not now, or not without something else: `code` and `detail` say what."},
}
"""The uploader's own refusals, as the description of the API tells of them."""

Wish = TypeVar("Wish", bound=Asked)


def wished(shape: type[Wish], **fields: Any) -> Wish:
    """Return a question. Raises `Problem` with `invalid` where a field is no such thing."""
    try:
        return shape.model_validate(fields)
    except ValidationError as error:
        wrong = [
            {"field": ".".join(str(part) for part in each["loc"]), "detail": each["msg"]}
            for each in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        detail = "; ".join(f"{each['field']}: {each['detail']}" for each in wrong)
        raise Problem("invalid", detail, errors=wrong) from None


async def asked(
    request: Request, question: Question, wish: Asked, answer: type[Answer], **members: Any
) -> Answer:
    """Return what came of a wish. Raises `Problem` with the uploader's own code, or `uploader_away`.

    `members` stand in every refusal beside those of a problem.
    """
    try:
        return await door_of(request).publishing.uploader.ask(question, wish, answer)
    except DependencyDown as error:
        if error.code != "uploader_away":
            raise
        raise Problem("uploader_away", error.message, retry_after=RETRY_S, **members) from error
    except Permanent as error:
        episodes = getattr(error, "episodes", ())
        more: dict[str, Any] = {"episodes": list(episodes)} if episodes else {}
        if wrong := getattr(error, "wrong", ()):
            more["errors"] = [each.model_dump() for each in wrong]
        raise Problem(error.code, error.message, **more, **members) from error


async def is_there(request: Request) -> bool:
    """Return whether an uploader runs: without one nothing goes out, whatever its rows say."""
    try:
        await door_of(request).publishing.uploader.ask(Question.PRESENCE, AskPresence(), Present)
    except DependencyDown:
        return False
    return True


def upload_shown(row: UploadRow) -> dict[str, Any]:
    """Return an upload with its state in one of five words, and how much of it is done."""
    return {
        **vars(row),
        "status": WORD_OF.get(row.state, "failed"),
        "percent": percent(row.state, row.bytes_sent, row.size_bytes),
    }


def schedule_shown(row: ScheduleRow) -> dict[str, Any]:
    """Return a series with its uploads counted in the five words."""
    return {**vars(row), "counts": counted(row.counts)}
