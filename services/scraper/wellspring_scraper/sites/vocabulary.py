"""The words of the definition language: fields, filters, conditions, requests."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic import Field as Described
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from .filters import FILTERS, pattern
from .template import template

_EMPTY = LexborHTMLParser("")


def _selector(text: str) -> str:
    try:
        _EMPTY.css(text)
    except SelectolaxError:
        raise ValueError("a CSS selector") from None
    return text


def _expression(text: str) -> str:
    pattern(text)
    return text


def _template(text: str) -> str:
    template(text)
    return text


def _as_list(found: Any) -> Any:
    return found if isinstance(found, list | tuple) or found is None else [found]


def _as_text(found: Any) -> Any:
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else found


def _as_field(found: Any) -> Any:
    return {"text": found} if isinstance(found, str) else found


def _as_request(found: Any) -> Any:
    return {"url": found} if isinstance(found, str) else found


Selector = Annotated[str, Described(min_length=1, max_length=500), AfterValidator(_selector)]
Selectors = Annotated[tuple[Selector, ...], BeforeValidator(_as_list), Described(max_length=5)]
Expression = Annotated[str, Described(min_length=1, max_length=2000), AfterValidator(_expression)]
TemplateText = Annotated[
    str, Described(max_length=2000), BeforeValidator(_as_text), AfterValidator(_template)
]
Name = Annotated[str, Described(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
FilterName = Annotated[str, Described(json_schema_extra={"enum": sorted(FILTERS)})]


class Model(BaseModel):
    """A part of a definition: an unknown word in it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Filter(Model):
    """One step of text processing, as in Cardigann: a name and its arguments, which may be templates."""

    name: FilterName
    args: Annotated[tuple[TemplateText, ...], BeforeValidator(_as_list)] = ()

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


class Field(Model):
    """Where a value comes from and what is done to it. Exactly one origin, or none for a row's own text."""

    selector: Selector | None = Described(None, description="The first element that matches.")
    attribute: str | None = Described(None, description="That attribute of the element, not its text.")
    remove: Selector | None = Described(None, description="Elements left out of the text.")
    text: TemplateText | None = Described(None, description="A template instead of something on the page.")
    case: dict[str, TemplateText] | None = Described(
        None, description="The template of the first selector that matches, `*` for none."
    )
    script_var: str | None = Described(None, pattern=r"^[A-Za-z_$][\w$]*$")
    scripts: Literal[True] | None = Described(None, description="The text of all inline scripts.")
    header: str | None = Described(None, description="A response header.")
    json_path: str | None = Described(None, alias="json", description="A dotted path in a JSON page.")
    meta_refresh: Literal[True] | None = Described(None, description="Where a meta refresh leads to.")
    first_of: tuple["Field", ...] | None = Described(None, description="The first that gives a value.")
    filters: tuple[Filter, ...] = ()
    optional: bool = False
    default: TemplateText | None = Described(None, description="Needs `optional`.")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = self.origins()
        if len(origins) > 1:
            raise ValueError(f"one origin, not {' and '.join(origins)}")
        if (self.attribute or self.remove) and origins not in ([], ["selector"]):
            raise ValueError(f"no attribute or remove beside {origins[0]}")
        if self.default is not None and not self.optional:
            raise ValueError("`optional: true` beside a default")
        for selector in self.case or {}:
            if selector != "*":
                _selector(selector)
        return self

    def origins(self) -> list[str]:
        """Return the words that say where the value comes from."""
        words = ("selector", "text", "case", "script_var", "scripts", "header", "json_path", "meta_refresh")
        return [word for word in (*words, "first_of") if getattr(self, word) is not None]


FieldOrText = Annotated[Field, BeforeValidator(_as_field)]


class Condition(Model):
    """Something a page shows: an element, its text, or its source."""

    selector: Selector | None = None
    matches: Expression | None = Described(
        None, description="Of the element's text, else of the page's source."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.selector is None and self.matches is None:
            raise ValueError("a selector, an expression, or both")
        return self


Conditions = Annotated[tuple[Condition, ...], BeforeValidator(_as_list)]


class Request(Model):
    """What is asked for. `inputs` are a form, `json` a JSON body: both mean `method: post`."""

    url: TemplateText
    fallback_url: TemplateText | None = Described(
        None, description="Tried when the first URL's host is gone."
    )
    method: Literal["get", "post", "head"] = "get"
    inputs: dict[str, TemplateText] | None = None
    json_body: dict[str, TemplateText] | None = Described(None, alias="json")
    headers: dict[str, TemplateText] = {}
    followredirect: bool = True
    follow_until: Expression | None = Described(
        None, description="Redirects end at the first URL that matches, which is not fetched."
    )

    @model_validator(mode="after")
    def _body_fits(self) -> Self:
        bodies = [body for body in (self.inputs, self.json_body) if body is not None]
        if len(bodies) > 1 or (bodies and self.method != "post"):
            raise ValueError("`method: post` for inputs or json, and only one of them")
        return self


RequestOrUrl = Annotated[Request, BeforeValidator(_as_request)]
