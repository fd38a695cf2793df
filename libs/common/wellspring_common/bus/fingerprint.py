"""What tells errors that are the same from others: their kind and where in our code they came from."""

import hashlib
import traceback

from wellspring_common.errors import WellspringError

FRAMES = 3
_OURS = "wellspring_"
_CALLS_HANDLERS = "wellspring_common.bus."


def fingerprint(error: BaseException) -> str:
    """Return 16 hex digits of an error's kind and its innermost frames.

    Frames of our own code where there are any, by module and function and not by line: an edit above must
    not make another error of it.
    """
    frames = [
        (frame.f_globals.get("__name__", ""), frame.f_code.co_qualname)
        for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
    frames = [frame for frame in frames if not frame[0].startswith(_CALLS_HANDLERS)]
    ours = [frame for frame in frames if frame[0].startswith(_OURS)]
    places = [f"{module}:{function}" for module, function in (ours or frames)[-FRAMES:]]
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    code = error.code if isinstance(error, WellspringError) else ""
    return hashlib.sha256("\n".join([kind, code, *places]).encode()).hexdigest()[:16]
