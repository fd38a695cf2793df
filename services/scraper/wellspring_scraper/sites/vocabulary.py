"""The words of the definition language: fields, filters, conditions, requests."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator
from pydantic import Field as Described

from wellspring_common.fetch.page import PAGE_BYTES

from .filters import FILTERS
from .pattern import pattern
from .words import (
    Attributes,
    Expression,
    JsonBody,
    JsonPath,
    Model,
    Selector,
    TemplateText,
    as_list,
    selector,
)

LONGEST_WAIT_S = 30.0
LARGEST_ANSWER = 8 * 1024 * 1024


def _as_field(found: Any) -> Any:
    return {"text": found} if isinstance(found, str) else found


def _as_request(found: Any) -> Any:
    return {"url": found} if isinstance(found, str) else found


FilterName = Annotated[str, Described(json_schema_extra={"enum": sorted(FILTERS)})]


class Filter(Model):
    """One step of text processing, as in Cardigann: a name and its arguments, which may be templates."""

    name: FilterName
    args: Annotated[tuple[TemplateText, ...], BeforeValidator(as_list)] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        spec = FILTERS.get(self.name)
        if spec is None:
            raise ValueError(f"one of the filters {', '.join(sorted(FILTERS))}")
        if not spec.fewest <= len(self.args) <= spec.most:
            wanted = str(spec.most) if spec.fewest == spec.most else f"{spec.fewest} to {spec.most}"
            raise ValueError(f"{wanted} argument(s) for {self.name}")
        for position in spec.patterns:
            if "{{" not in self.args[position]:
                pattern(self.args[position])
        return self


class CallArgument(Model):
    """Which argument of which call in an inline script. The first has the number 0."""

    name: Annotated[str, Described(pattern=r"^[A-Za-z_$][A-Za-z0-9_$.]{0,60}$")]
    n: Annotated[int, Described(ge=0, le=20)] = 0


class Field(Model):
    """Where a value comes from and what is done to it. Exactly one origin, or none for a row's own text."""

    selector: Selector | None = Described(None, description="The first element that matches.")
    heading: Selector | None = Described(None, description="The last such element before the row.")
    matches: Expression | None = Described(None, description="Only elements with such a text.")
    attribute: Attributes | None = Described(
        None, description="The first of these attributes that the element has, not its text."
    )
    remove: Selector | None = Described(None, description="Elements left out of the text.")
    text: TemplateText | None = Described(None, description="A template instead of something on the page.")
    case: dict[str, TemplateText] | None = Described(
        None, description="The template of the first selector that matches, `*` for none."
    )
    script_var: str | None = Described(None, pattern=r"^[A-Za-z_$][A-Za-z0-9_$]*$")
    script_call_arg: CallArgument | None = Described(None, description="A string that a script passes on.")
    script_redirect: Literal[True] | None = Described(
        None, description="Where a script or an `onload` sends the visitor."
    )
    scripts: Literal[True] | None = Described(None, description="The text of all inline scripts.")
    header: str | None = Described(None, description="A response header.")
    json_path: JsonPath | None = Described(
        None, alias="json", description="A dotted path or a JSONPath in a JSON page or row."
    )
    meta_refresh: Literal[True] | None = Described(None, description="Where a meta refresh leads to.")
    first_of: tuple["Field", ...] | None = Described(None, description="The first that gives a value.")
    multiple: bool = Described(default=False, description="Every match, one a line, filtered one by one.")
    filters: tuple[Filter, ...] = ()
    optional: bool = False
    default: TemplateText | None = Described(None, description="Needs `optional`.")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = self.origins
        if len(origins) > 1:
            raise ValueError(f"one origin, not {' and '.join(origins)}")
        if (self.attribute or self.remove) and origins not in ([], ["selector"], ["heading"]):
            raise ValueError(f"no attribute or remove beside {origins[0]}")
        if self.matches is not None and origins not in (["selector"], ["heading"]):
            raise ValueError("`matches` beside a selector or a heading only")
        if self.multiple and origins not in (["selector"], ["json"]):
            raise ValueError("`multiple` beside a selector or json only")
        if self.default is not None and not self.optional:
            raise ValueError("`optional: true` beside a default")
        for one in self.case or {}:
            if one != "*":
                selector(one)
        return self

    @cached_property
    def origins(self) -> list[str]:
        """Return the words that say where the value comes from."""
        return [word for word, name in _ORIGINS.items() if getattr(self, name) is not None]


_ORIGINS = {
    word: word
    for word in (
        "selector",
        "heading",
        "text",
        "case",
        "script_var",
        "script_call_arg",
        "script_redirect",
        "scripts",
        "header",
        "meta_refresh",
        "first_of",
    )
} | {"json": "json_path"}

FieldOrText = Annotated[Field, BeforeValidator(_as_field)]


class Condition(Model):
    """Something a page shows, or does not show: an element, a value, its text, or its source."""

    selector: Selector | None = None
    json_path: JsonPath | None = Described(None, alias="json", description="There in a JSON page.")
    matches: Expression | None = Described(
        None, description="Of the element's or value's text, else of the page's source."
    )
    absent: bool = Described(default=False, description="It is not there.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.selector is None and self.matches is None and self.json_path is None:
            raise ValueError("a selector, json, an expression, or one of the first two with the last")
        if self.selector is not None and self.json_path is not None:
            raise ValueError("a selector or json, not both")
        return self

    def __str__(self) -> str:
        what = self.selector or self.json_path
        shown = " matching ".join(repr(one) for one in (what, self.matches) if one is not None)
        return f"absent {shown}" if self.absent else shown


Conditions = Annotated[tuple[Condition, ...], BeforeValidator(as_list)]


class Request(Model):
    """What is asked for. `inputs` are a form, or the query of a get; `json` is a JSON body."""

    url: TemplateText
    fallback_url: TemplateText | None = Described(
        None, description="Tried when the first URL's host is gone."
    )
    method: Literal["get", "post", "head"] = "get"
    inputs: dict[str, TemplateText] | None = Described(
        None, description="The form of a post, else the URL's query."
    )
    json_body: JsonBody | None = Described(None, alias="json", description="Its texts may be templates.")
    headers: dict[str, TemplateText] = {}
    wait: TemplateText | None = Described(
        None, description=f"Seconds to let pass before it is asked for, {LONGEST_WAIT_S:g} at most."
    )
    followredirect: bool = True
    max_bytes: Annotated[int, Described(ge=1024, le=LARGEST_ANSWER)] = Described(
        PAGE_BYTES, description="What the answer may grow to, unpacked. Only JSON may be larger than a page."
    )
    follow_until: Expression | None = Described(
        None, description="Redirects end at the first URL that matches, which is not fetched."
    )

    @model_validator(mode="after")
    def _body_fits(self) -> Self:
        if self.json_body is not None and (self.method != "post" or self.inputs is not None):
            raise ValueError("`method: post` for json, and no inputs beside it")
        if self.inputs is not None and self.method == "head":
            raise ValueError("`method: post` or `get` for inputs")
        return self


RequestOrUrl = Annotated[Request, BeforeValidator(_as_request)]
