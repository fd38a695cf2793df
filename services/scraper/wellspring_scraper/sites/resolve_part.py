"""The `resolve` part of a definition: from a source's page to the links behind it."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic import Field as Described

from wellspring_common.events.scrape import Container, LinkKind, RefreshClass

from .vocabulary import Conditions, FieldOrText, RequestOrUrl
from .words import Expression, JsonPath, Model, Name, Seconds, Selector, Selectors, TemplateText, as_list

SPECIAL_FIELDS = ("size", "quality", "language")
"""Fields of a step or row that say something about the file: its size, lines and language."""
_DEEPEST_ROWS = 4


class StepScope(StrEnum):
    """For how long what a server's step gives is good."""

    PER_CALL = "per_call"
    PER_PAGE = "per_page"
    CACHED = "cached"


class Step(Model):
    """One hop: a request, what its page must show, and what is read from it.

    Without a request it reads more of the page before it, or of what is known before any page.
    """

    name: Name
    request: RequestOrUrl | None = None
    scope: StepScope = Described(
        StepScope.PER_CALL,
        description="Of a server's step: done for each row, once for a page, or kept for ten minutes.",
    )
    when: TemplateText | None = Described(
        None, description="Left out where this gives nothing. Its fields are empty then, or stay as they are."
    )
    optional: bool = Described(default=False, description="What goes wrong in it leaves its fields empty.")
    not_found_when: Conditions = Described((), description="Any of these: the page says there is no file.")
    forbidden_when: Conditions = Described((), description="Any of these: the file is not for everybody.")
    soft_expired_when: Conditions = Described((), description="Any of these: the hop's URL is worn out.")
    renew_from: Name | None = Described(None, description="On soft expiry, once: go back to that step.")
    must_have: Conditions = Described((), description="All of these, or the page has changed (drift).")
    fields: dict[Name, FieldOrText] = {}

    @model_validator(mode="after")
    def _only_fields_without_a_page(self) -> Self:
        if self.request is None:
            given = self.model_fields_set - {"name", "request", "fields"}
            if given:
                raise ValueError(f"a request, where there is {min(given)}")
        return self


class RowFilter(Model):
    """What is asked of rows: `andmatch` wants every word that was searched for in the title."""

    name: Literal["andmatch"]


class Rows(Model):
    """Elements of a page, or items of its JSON, that have the same fields. Rows within rows have both."""

    name: Name | None = Described(None, description="Of this group, for servers that take only its rows.")
    selector: Selector | None = None
    json_path: JsonPath | None = Described(None, alias="json", description="The items, in a JSON page.")
    matches: Expression | None = Described(None, description="Only elements with such a text.")
    fields: dict[Name, FieldOrText] = {}
    filters: tuple[RowFilter, ...] = Described((), description="Which rows are kept.")
    reject: tuple[dict[Name, Expression], ...] = Described(
        (), description="Rows whose fields match are decoys and left out."
    )
    report: Expression | None = Described(
        None, description="Labels that are told as a problem when no server knows them."
    )
    steps: tuple[Step, ...] = Described(
        (), description="Hops from each row to a page of its own, which the rows within it are on."
    )
    rows: "RowGroups" = Described((), description="Rows within each of these, which have its fields too.")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.selector is None) == (self.json_path is None):
            raise ValueError("a selector or json")
        if self.matches is not None and self.selector is None:
            raise ValueError("`matches` beside a selector only")
        if self.steps and not self.rows:
            raise ValueError("rows within, where there are steps: they are on the last one's page")
        if _depth(self) > _DEEPEST_ROWS:
            raise ValueError(f"rows nested at most {_DEEPEST_ROWS} deep")
        return self


RowGroups = Annotated[tuple[Rows, ...], BeforeValidator(as_list)]
Rows.model_rebuild()


class Expires(Model):
    """How long links of a server live when their URL does not say so itself."""

    issued_at: FieldOrText | None = Described(None, description="The unix time of issue.")
    lifetime: Seconds | None = Described(None, description="Else the default lifetime.")


def _kind(found: Any) -> Any:
    if isinstance(found, str) and "{{" not in found and found not in set(LinkKind):
        raise ValueError(f"{', '.join(LinkKind)}, or a template that gives one")
    return found


def _or_a_key(schema: dict[str, Any]) -> None:
    listed = {word: schema.pop(word) for word in ("type", "items") if word in schema}
    schema["anyOf"] = [listed, {"type": "string"}]


class Server(Model):
    """One kind of server: which rows are its own, and how a row becomes a link."""

    key: Annotated[str, Described(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
    key_from: Name | None = Described(None, description="The row field that the key is made of, if it can.")
    name: str | None = Described(None, description="What people see, else the row's label.")
    rows: Name | None = Described(None, description="Only rows of the group with that name.")
    match: dict[Name, Expression] = Described({}, description="Row fields that must match, all of them.")
    host: Expression | None = Described(None, description="Of the final URL, or the next server takes it.")
    steps: Annotated[tuple[Step, ...], Described(json_schema_extra=_or_a_key)] = Described(
        (), description="Hops from the row to the final URL, or the key of the server that has the same."
    )
    url: FieldOrText
    headers: dict[str, TemplateText] = Described({}, description="What a player must send.")
    kind: Annotated[TemplateText, AfterValidator(_kind)] = Described(
        LinkKind.STREAM.value, description="stream, download or embed, or a template that gives one."
    )
    container: Container | None = Described(None, description="Where neither file nor URL says so.")
    no_resume: bool = Described(default=False, description="A download where ranges are not served.")
    expires: Expires | Literal["parameter"] = "parameter"
    refresh_class: RefreshClass = RefreshClass.SAFE
    quota: bool = Described(default=False, description="Never looked at before the viewer does.")
    unique: bool = Described(default=False, description="The same URL for two qualities is a decoy.")

    @model_validator(mode="after")
    def _key_is_known(self) -> Self:
        if self.unique and self.key_from is not None:
            raise ValueError("`unique` or `key_from`, not both")
        return self


def _with_steps(servers: Any) -> Any:
    """Put steps where a server names another one that has them."""
    if not isinstance(servers, list):
        return servers
    mappings = [one for one in servers if isinstance(one, dict)]
    known = {one.get("key"): one["steps"] for one in mappings if isinstance(one.get("steps"), list)}
    return [
        {**one, "steps": known.get(one["steps"], one["steps"])}
        if isinstance(one, dict) and isinstance(one.get("steps"), str)
        else one
        for one in servers
    ]


class Resolve(Model):
    """From a source's page to its links."""

    pages: Expression | None = Described(
        None, description="URLs of source pages, although they may end as the name of a file does."
    )
    steps: tuple[Step, ...] = ()
    rows: RowGroups = ()
    when_none: Literal["drift", "not_found"] = Described(
        "drift", description="What it means when no row is left: the page has changed, or there is no file."
    )
    servers: Annotated[tuple[Server, ...], BeforeValidator(_with_steps)] = Described(
        description="At least one."
    )

    @model_validator(mode="after")
    def _has_servers(self) -> Self:
        if not self.servers:
            raise ValueError("at least one server")
        if self.rows and not self.steps:
            raise ValueError("steps, where there are rows: they are on the last one's page")
        if self.steps and not any(step.request for step in self.steps):
            raise ValueError("a request in one of the steps")
        return self


class Browser(Model):
    """How a browser gets a source's page to show its buttons, where plain HTTP finds too few of them."""

    wait_for: Selector = Described(description="The page is ready when this is on it.")
    click: Selectors = Described((), description="To be clicked, in order, where the page waits for it.")


def _depth(rows: Rows) -> int:
    return 1 + max((_depth(one) for one in rows.rows), default=0)


def has_hops(groups: tuple[Rows, ...]) -> bool:
    """Return whether some rows are on pages of their own."""
    return any(one.steps or has_hops(one.rows) for one in groups)
