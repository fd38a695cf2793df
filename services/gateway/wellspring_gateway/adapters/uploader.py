"""Questions to the uploader over the bus, each with the model of its answer."""

from pydantic import SecretStr, ValidationError
from pydantic_core import from_json, to_json

from wellspring_common.errors import DependencyDown, Permanent
from wellspring_common.events.permissions import ASK_UPLOADER
from wellspring_common.uploading import Asked, Question, Refusal

from ..publishing import Answer
from .questions import Asks

PATIENCE_S = 8.0
LONG_S = 45.0
"""A test speaks with the platform."""
SHORT_S = 2.0
"""A page waits for it that is shown all the same."""
LONGEST_S = 120.0
"""A file that was brought is read to its end, and decoded here and there."""
_PATIENCE = {
    Question.PRESENCE: SHORT_S,
    Question.TEST_TARGET: LONG_S,
    Question.SAVE_TARGET: LONG_S,
    Question.BRING: LONGEST_S,
}


class Refused(Permanent):
    """The uploader would not do it. `episodes` or `wrong` fields are in the way, where it is some of them."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail, code=refusal.code)
        self.episodes = refusal.episodes
        self.wrong = refusal.wrong


class BusUploader:
    """Asks the uploader, which alone writes its tables and knows the platforms' secrets."""

    def __init__(self, bus: Asks) -> None:
        self._bus = bus

    async def ask(self, question: Question, asked: Asked, answer: type[Answer]) -> Answer:
        """Return what came of a wish. Raises `Refused` and `DependencyDown` with `uploader_away`."""
        said = to_json(_revealed(asked.model_dump()))
        subject, patience_s = f"{ASK_UPLOADER}.{question.value}", _PATIENCE.get(question, PATIENCE_S)
        try:
            found = from_json(await self._bus.ask(subject, said, patience_s=patience_s))
            if isinstance(found, dict) and found.get("ok") is False:
                raise Refused(Refusal.model_validate(found))
            return answer.model_validate(found)
        except DependencyDown as error:
            raise DependencyDown(
                f"The uploader does not answer ({error.message}). It may be starting: try again shortly.",
                code="uploader_away",
            ) from error
        except (ValueError, ValidationError) as error:
            raise DependencyDown("The uploader's answer is none.", code="bad_answer") from error


def _revealed(value: object) -> object:
    """Return a question with its secrets as they are: only so do they reach whoever seals them."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return {name: _revealed(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_revealed(each) for each in value]
    return value
