"""Fields read from a page or a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborNode

from .document import Document, text_of
from .filters import FILTERS, apply_filter
from .jsonpath import json_path, json_text, json_values
from .pattern import pattern
from .template import template
from .vocabulary import Condition, Field, Filter

MOST_VALUES = 200
LONGEST_VALUES = 64 * 1024

Scope = Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """A row of a JSON page."""

    data: Any


Node = LexborNode | Item | None


def read(field: Field, document: Document | None, node: Node, scope: Scope) -> str | None:
    """Return a field's value, or nothing where the page has none. An optional field's default counts as one.

    `node` is the row that the field belongs to, or nothing for the whole page. Several values are lines.
    """
    if field.multiple:
        texts = [
            filtered(field.filters, text, scope) for text in _values(field, document, node)[:MOST_VALUES]
        ]
        lines = dict.fromkeys(" ".join(text.split()) for text in texts if text)
        found: str | None = "\n".join(lines)[:LONGEST_VALUES]
    else:
        found = filtered(field.filters, _origin(field, document, node, scope), scope)
    if not found and field.optional and field.default is not None:
        return template(field.default).render(scope)
    return _storable(found) if found else None


def filtered(filters: tuple[Filter, ...], found: str | None, scope: Scope) -> str | None:
    """Return what filters make of a text, nothing as soon as one of them finds nothing."""
    for step in filters:
        if found is None:
            break
        args = (*step.args, *FILTERS[step.name].given)
        found = apply_filter(step.name, found, tuple(template(arg).render(scope) for arg in args))
    return found


def _storable(text: str) -> str:
    """Return text without what neither JSON nor Postgres can hold: NUL and lone surrogates."""
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def holds(condition: Condition, document: Document) -> bool:
    """Return whether a page shows what the condition says."""
    return _shown(condition, document) is not condition.absent


def _shown(condition: Condition, document: Document) -> bool:
    if condition.json_path is not None:
        values = json_values(document.data, condition.json_path)
        texts = [str(value) for value in values[:100] if value is not None]
    elif condition.selector is not None:
        nodes = document.tree.css(condition.selector)
        if condition.matches is None:
            return bool(nodes)
        texts = [text_of(node) for node in nodes[:100]]
    else:
        texts = [document.text]
    if condition.matches is None:
        return bool(texts)
    expression = pattern(condition.matches)
    return any(expression.found(text) for text in texts)


def _origin(field: Field, document: Document | None, node: Node, scope: Scope) -> str | None:
    if field.text is not None:
        return template(field.text).render(scope)
    if field.first_of is not None:
        return next(
            (value for one in field.first_of if (value := read(one, document, node, scope))),
            None,
        )
    if document is None:
        return None
    if field.selector is not None or field.heading is not None or not field.origins:
        return _element(field, document, node)
    return _of_page(field, document, node, scope)


def _of_page(field: Field, document: Document, node: Node, scope: Scope) -> str | None:
    if field.case is not None:
        return _case(field.case, document, node, scope)
    if field.json_path is not None:
        return json_path(node.data if isinstance(node, Item) else document.data, field.json_path)
    if field.header is not None:
        return document.page.headers.get(field.header.lower())
    return document.meta_refresh() if field.meta_refresh is not None else _of_scripts(field, document)


def _of_scripts(field: Field, document: Document) -> str | None:
    if field.script_var is not None:
        return document.script_var(field.script_var)
    if field.script_call_arg is not None:
        return document.script_call_arg(field.script_call_arg.name, field.script_call_arg.n)
    return document.scripts if field.scripts is not None else document.script_redirect()


def _values(field: Field, document: Document | None, node: Node) -> list[str | None]:
    if document is None:
        return []
    if field.json_path is not None:
        data = node.data if isinstance(node, Item) else document.data
        return [json_text(value) for value in json_values(data, field.json_path)]
    if field.selector is None or isinstance(node, Item):
        return []
    return [_content(field, one) for one in document.select(field.selector, field.matches, node)]


def _element(field: Field, document: Document, node: Node) -> str | None:
    if isinstance(node, Item):
        return json_text(node.data) if field.selector is None else None
    found = node
    if field.selector is not None:
        found = document.first(field.selector, field.matches, node)
    elif field.heading is not None and node is not None:
        found = document.heading(field.heading, field.matches, node)
    return None if found is None else _content(field, found)


def _content(field: Field, node: LexborNode) -> str | None:
    if field.attribute is None:
        return text_of(node, field.remove)
    return next((value for name in field.attribute if (value := node.attributes.get(name))), None)


def _case(cases: Mapping[str, str], document: Document, node: Node, scope: Scope) -> str | None:
    element = node if isinstance(node, LexborNode) else None
    for selector, text in cases.items():
        own = element is not None and selector != "*" and element.css_matches(selector)
        if selector == "*" or own or document.first(selector, None, element) is not None:
            return template(text).render(scope)
    return None
