"""The pages between a link and where it leads: what they hide, and how long they make people wait."""

import base64
import codecs
import hashlib
import hmac
import json
from collections.abc import Mapping

PAGE = (
    '<!DOCTYPE html>\n<html><head><meta charset="UTF-8"><title>Please wait</title></head>\n'
    '<body><div class="content"><p>{message}</p></div>\n<script>\n{script}\n</script></body></html>\n'
)


def hidden(content: Mapping[str, str]) -> str:
    """JSON as such pages hold it: base64, rot13, base64, base64."""
    packed = base64.b64encode(json.dumps(content).encode()).decode()
    return _base64(_base64(codecs.encode(packed, "rot13")))


def rot13_page(target: str) -> str:
    """A page whose script knows where it leads at once."""
    return _page(f"s('o','{hidden({'o': _base64(target)})}',180*1000);", "Redirecting")


def timed_page(target: str, wait_s: float, again: str, ticket: str) -> str:
    """A page whose script knows where to ask again, with what, and after how many seconds.

    What `o` holds is the way back to the page itself: `target` is told by the second page only.
    """
    content = {"o": _base64(target), "data": ticket, "total_time": f"{wait_s:g}", "wp_http1": again}
    return _page(f"s('o','{hidden(content)}',180*1000);", f"Your link is ready in {wait_s:g} seconds")


def second_page(target: str) -> str:
    """What a timed page leads to once the wait is over."""
    return _page(f'var reurl = "{target}";', "Your link is ready")


def early_page() -> str:
    """What it leads to before that, with status 200."""
    return _page("setTimeout(function(){location.reload()},1000);", "Please wait a little longer")


class Tickets:
    """Signed tickets that say for what, and from when on."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, source_id: str, ready_at: float) -> str:
        """A ticket for a source."""
        return f"{source_id}.{int(ready_at * 1000)}.{self._mac(source_id, int(ready_at * 1000))}"

    def read(self, ticket: str) -> tuple[str, float] | None:
        """The source of a genuine ticket, and when it is ready in Unix seconds."""
        source_id, _, rest = ticket.partition(".")
        ready, _, mac = rest.partition(".")
        if not ready.isdecimal() or not hmac.compare_digest(
            mac.encode(), self._mac(source_id, int(ready)).encode()
        ):
            return None
        return source_id, int(ready) / 1000

    def _mac(self, source_id: str, ready_ms: int) -> str:
        return hmac.new(self._secret, f"ticket|{source_id}|{ready_ms}".encode(), hashlib.sha256).hexdigest()[
            :16
        ]


def _page(script: str, message: str) -> str:
    return PAGE.format(script=script, message=message)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
