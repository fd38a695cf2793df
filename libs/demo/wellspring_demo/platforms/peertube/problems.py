"""How the PeerTube says no: problem documents with a `code`, as RFC 7807 has them."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    410: "Gone",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


class Problem(Exception):
    """The platform will not do it."""

    def __init__(
        self, status: int, detail: str, code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.code = status, detail, code
        self.headers = dict(headers or {})

    def answer(self) -> web.Response:
        """The problem document."""
        told = {"type": "about:blank", "title": _TITLES[self.status], "status": self.status}
        told |= {"detail": self.detail, "error": self.detail}
        if self.code:
            told |= {
                "code": self.code,
                "type": f"https://docs.joinpeertube.org/api-rest-reference.html#{self.code}",
            }
        return web.json_response(
            told, status=self.status, headers=self.headers, content_type="application/problem+json"
        )


def invalid(field: str) -> Problem:
    """A field that is missing or makes no sense."""
    return Problem(400, f"Incorrect request parameters: {field}")


def answered(handler: Answering) -> Answering:
    """A handler whose problems are told as documents."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Problem as problem:
            return problem.answer()

    return answer
