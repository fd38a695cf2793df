"""How the uploader answers: a question is a model, an answer is one, and a refusal is an answer too."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from wellspring_common.bus.port import Reply
from wellspring_common.errors import Transient, WellspringError
from wellspring_common.uploading import Refusal

log = structlog.get_logger(__name__)

Q = TypeVar("Q", bound=BaseModel)
LONGEST_DETAIL = 2000


def answering(model: type[Q], answer: Callable[[Q], Awaitable[BaseModel]]) -> Reply:
    """Return a reply that reads one model and says another."""

    async def reply(payload: bytes) -> bytes:
        try:
            said: BaseModel = await answer(model.model_validate_json(payload or b"{}"))
        except ValidationError as error:
            said = Refusal(code="bad_question", detail=_explained(error))
        except Transient as error:
            log.warning("question.unanswered", question=model.__name__, reason=error.message)
            said = Refusal(code=error.code, detail=error.message[:LONGEST_DETAIL])
        except WellspringError as error:
            episodes, wrong = getattr(error, "episodes", ()), getattr(error, "wrong", ())
            detail = error.message[:LONGEST_DETAIL]
            said = Refusal(code=error.code, detail=detail, episodes=episodes, wrong=wrong)
        return said.model_dump_json().encode()

    return reply


def _explained(error: ValidationError) -> str:
    told = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in told)[
        :LONGEST_DETAIL
    ]
