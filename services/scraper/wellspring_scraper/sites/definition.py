"""A site definition: from a source's page to the links behind it."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator
from pydantic import Field as Described

from wellspring_common.events.scrape import Container, LinkKind, RefreshClass

from .template import template
from .vocabulary import (
    Conditions,
    Expression,
    Field,
    FieldOrText,
    Model,
    Name,
    RequestOrUrl,
    Selector,
    Selectors,
    TemplateText,
)

_DURATION = re.compile(r"^(\d{1,6})(s|m|h|d)$")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
SPECIAL_FIELDS = ("size", "quality", "language")
"""Fields of a step that say something about the file: its size, lines and language."""


def _seconds(found: Any) -> Any:
    if isinstance(found, str):
        match = _DURATION.match(found.strip())
        if match is None:
            raise ValueError("a duration like 90s, 30m, 4h or 2d")
        return int(match.group(1)) * _UNITS[match.group(2)]
    return found


Seconds = Annotated[int, BeforeValidator(_seconds), Described(gt=0, le=365 * 86_400)]


class Step(Model):
    """One hop: a request, what its page must show, and what is read from it."""

    name: Name
    request: RequestOrUrl
    not_found_when: Conditions = Described((), description="Any of these: the page says there is no file.")
    soft_expired_when: Conditions = Described((), description="Any of these: the hop's URL is worn out.")
    renew_from: Name | None = Described(None, description="On soft expiry, once: go back to that step.")
    must_have: Conditions = Described((), description="All of these, or the page has changed (drift).")
    fields: dict[Name, FieldOrText] = {}


class Rows(Model):
    """The buttons on the last page: one row for each element."""

    selector: Selector
    fields: dict[Name, FieldOrText]
    reject: tuple[dict[Name, Expression], ...] = Described(
        (), description="Rows whose fields match are decoys and left out."
    )
    report: Expression | None = Described(
        None, description="Labels that are told as a problem when no server knows them."
    )


class Expires(Model):
    """How long links of a server live when their URL does not say so itself."""

    issued_at: FieldOrText | None = Described(None, description="The unix time of issue.")
    lifetime: Seconds | None = Described(None, description="Else the default lifetime.")


class Server(Model):
    """One kind of server: which rows are its own, and how a row becomes a link."""

    key: Annotated[str, Described(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
    name: str | None = Described(None, description="What people see, else the row's label.")
    match: dict[Name, Expression] = Described({}, description="Row fields that must match, all of them.")
    steps: tuple[Step, ...] = Described((), description="Hops from the row to the final URL.")
    url: FieldOrText
    headers: dict[str, TemplateText] = Described({}, description="What a player must send.")
    kind: LinkKind = LinkKind.STREAM
    container: Container | None = Described(None, description="Where neither file nor URL says so.")
    no_resume: bool = Described(default=False, description="A download where ranges are not served.")
    expires: Expires | Literal["parameter"] = "parameter"
    refresh_class: RefreshClass = RefreshClass.SAFE
    unique: bool = Described(default=False, description="The same URL for two qualities is a decoy.")


class Resolve(Model):
    """From a source's page to its links."""

    steps: tuple[Step, ...] = ()
    rows: Rows | None = None
    servers: tuple[Server, ...] = Described(description="At least one.")

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        if not self.servers:
            raise ValueError("at least one server")
        known = _check_steps(self.steps, set())
        row_fields = set(self.rows.fields) if self.rows is not None else set()
        if self.rows is not None:
            known = _check_fields(self.rows.fields, known)
            for rule in self.rows.reject:
                _check_row_names(rule, row_fields)
        for server in self.servers:
            _check_row_names(server.match, row_fields)
            _check_server(server, known)
        return self


class Browser(Model):
    """How a browser gets a source's page to show its buttons, where plain HTTP finds too few of them."""

    wait_for: Selector = Described(description="The page is ready when this is on it.")
    click: Selectors = Described((), description="To be clicked, in order, where the page waits for it.")


class Definition(Model):
    """A kind of page: what a source of this kind is, and how its links are found."""

    id: Annotated[str, Described(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
    name: Annotated[str, Described(min_length=1, max_length=100)]
    description: str = ""
    language: str | None = Described(None, description="Of the files, where nothing says otherwise.")
    resolve: Resolve
    browser: Browser | None = Described(None, description="Without it, no browser is started.")

    @model_validator(mode="after")
    def _browser_has_a_page(self) -> Self:
        if self.browser is not None and not self.resolve.steps:
            raise ValueError("steps, where there is a browser: the last one reads its page")
        return self


def _check_steps(steps: tuple[Step, ...], known: set[str]) -> set[str]:
    seen: list[str] = []
    for step in steps:
        if step.name in seen:
            raise ValueError(f"step names that differ, not {step.name!r} twice")
        seen.append(step.name)
        if step.renew_from is not None and step.renew_from not in seen:
            raise ValueError(f"a renew_from that names this step or one before it, not {step.renew_from!r}")
        request = step.request
        texts = [request.url, request.fallback_url, *request.headers.values()]
        texts += [*(request.inputs or {}).values(), *(request.json_body or {}).values()]
        _check_texts(texts, known)
        known = _check_fields(step.fields, known)
    return known


def _check_server(server: Server, known: set[str]) -> None:
    known = _check_steps(server.steps, known)
    _check_fields({"url": server.url}, known)
    _check_texts(server.headers.values(), known | {"url"})
    if isinstance(server.expires, Expires) and server.expires.issued_at is not None:
        _check_fields({"issued_at": server.expires.issued_at}, known | {"url"})


def _check_fields(fields: dict[str, Field], known: set[str]) -> set[str]:
    known = set(known)
    for name, found in fields.items():
        _check_texts(_texts_of(found), known)
        known.add(name)
    return known


def _texts_of(found: Field) -> Iterator[str | None]:
    yield from (found.text, found.default, *(found.case or {}).values())
    for one in found.filters:
        yield from one.args
    for other in found.first_of or ():
        yield from _texts_of(other)


def _check_texts(texts: Any, known: set[str]) -> None:
    allowed = {f".Result.{name}" for name in known} | KNOWN_NAMES
    for text in texts:
        unknown = template(text).names - allowed if text is not None else set()
        if unknown:
            raise ValueError(f"names that an earlier field gives, not {min(unknown)}")


def _check_row_names(rule: dict[str, str], names: set[str]) -> None:
    for name in rule:
        if name not in names:
            raise ValueError(f"a field of the rows, not {name!r}")


KNOWN_NAMES = frozenset(
    {".Source.Url", ".Source.Quality", ".Page.Url", ".Page.Rendered", ".Today.Minute", ".Today.Unix"},
)
