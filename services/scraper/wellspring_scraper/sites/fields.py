"""Fields read from a page or a row."""

from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from .document import Document, text_of
from .filters import apply_filter, pattern
from .template import template
from .vocabulary import Condition, Field

Scope = Mapping[str, str]


def read(field: Field, document: Document | None, node: LexborNode | None, scope: Scope) -> str | None:
    """Return a field's value, or nothing where the page has none. An optional field's default counts as one.

    `node` is the row that the field belongs to, or nothing for the whole page.
    """
    found = _origin(field, document, node, scope)
    for step in field.filters:
        if found is None:
            break
        found = apply_filter(step.name, found, tuple(template(arg).render(scope) for arg in step.args))
    if not found and field.optional and field.default is not None:
        return template(field.default).render(scope)
    return _storable(found) if found else None


def _storable(text: str) -> str:
    """Return text without what neither JSON nor Postgres can hold: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def holds(condition: Condition, document: Document) -> bool:
    """Return whether a page shows what the condition says."""
    if condition.selector is None:
        return condition.matches is not None and pattern(condition.matches).found(document.text)
    nodes = document.tree.css(condition.selector)
    if condition.matches is None:
        return bool(nodes)
    return any(pattern(condition.matches).found(text_of(node)) for node in nodes[:100])


def _origin(field: Field, document: Document | None, node: LexborNode | None, scope: Scope) -> str | None:
    if field.text is not None:
        return template(field.text).render(scope)
    if field.first_of is not None:
        return next(
            (value for one in field.first_of if (value := read(one, document, node, scope))),
            None,
        )
    if document is None:
        return None
    if field.case is not None:
        return _case(field.case, document, node, scope)
    if field.selector is not None or not field.origins():
        return _element(field, document, node)
    return _of_page(field, document)


def _of_page(field: Field, document: Document) -> str | None:
    if field.script_var is not None:
        return document.script_var(field.script_var)
    if field.scripts is not None:
        return document.scripts
    if field.header is not None:
        return document.page.headers.get(field.header.lower())
    if field.json_path is not None:
        return document.json(field.json_path)
    return document.meta_refresh()


def _element(field: Field, document: Document, node: LexborNode | None) -> str | None:
    found = node
    if field.selector is not None:
        found = _select(field.selector, document, node)
    if found is None:
        return None
    if field.attribute is not None:
        return found.attributes.get(field.attribute)
    return text_of(found, field.remove)


def _select(selector: str, document: Document, node: LexborNode | None) -> LexborNode | None:
    return document.tree.css_first(selector) if node is None else node.css_first(selector)


def _case(cases: Mapping[str, str], document: Document, node: LexborNode | None, scope: Scope) -> str | None:
    for selector, text in cases.items():
        own = node is not None and selector != "*" and node.css_matches(selector)
        if selector == "*" or own or _select(selector, document, node) is not None:
            return template(text).render(scope)
    return None
