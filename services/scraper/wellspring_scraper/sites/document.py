"""A fetched page as definitions see it: elements, scripts, headers, JSON, parsed only when asked for."""

import re
from bisect import bisect_left
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wellspring_common.errors import Permanent
from wellspring_common.fetch.page import Page

from .jsonpath import json_path
from .parse import parsed
from .pattern import pattern
from .script import call_argument, redirect_target, script_value

_HTML_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", ""}
)
_REFRESH = re.compile(r"^\s*[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?[\"']?([^\"']*)", re.IGNORECASE)


class Document:
    """One page. Raises `Permanent` with `not_html` and `page_too_complex` when it cannot be read as one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._found: dict[tuple[str, str | None], tuple[list[LexborNode], list[int]]] = {}

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """Return the parsed page."""
        binary = b"\x00" in self.page.body[:1024] and not self.page.body.startswith(
            (b"\xff\xfe", b"\xfe\xff")
        )
        if self.page.content_type not in _HTML_TYPES or binary:
            kind = self.page.content_type or "binary data"
            raise Permanent(f"The page is {kind[:60]}, not HTML.", code="not_html")
        return parsed(self.page.text().encode())

    def select(
        self, selector: str, matches: str | None = None, within: LexborNode | None = None
    ) -> list[LexborNode]:
        """Return the elements that match, each once, though it may match several parts of the selector."""
        found = (self.tree if within is None else within).css(selector)
        nodes = list({node.mem_id: node for node in found}.values())
        if matches is None:
            return nodes
        return [node for node in nodes if pattern(matches).found(text_of(node))]

    def first(
        self, selector: str, matches: str | None = None, within: LexborNode | None = None
    ) -> LexborNode | None:
        """Return the first element that matches."""
        if matches is None:
            return (self.tree if within is None else within).css_first(selector)
        return next(iter(self.select(selector, matches, within)), None)

    def heading(self, selector: str, matches: str | None, node: LexborNode) -> LexborNode | None:
        """Return the last element that matches before a node, in the order of the page."""
        nodes, places = self._headings(selector, matches)
        before = bisect_left(places, self._places.get(node.mem_id, 0))
        return nodes[before - 1] if before else None

    @cached_property
    def _places(self) -> dict[int, int]:
        root = self.tree.root
        return {} if root is None else {node.mem_id: at for at, node in enumerate(root.traverse())}

    def _headings(self, selector: str, matches: str | None) -> tuple[list[LexborNode], list[int]]:
        key = (selector, matches)
        if key not in self._found:
            place = self._places.get
            nodes = sorted(self.select(selector, matches), key=lambda node: place(node.mem_id, 0))
            self._found[key] = nodes, [place(node.mem_id, 0) for node in nodes]
        return self._found[key]

    @cached_property
    def text(self) -> str:
        """Return the page's source."""
        return self.page.text()

    @cached_property
    def scripts(self) -> str:
        """Return all inline scripts, one after the other."""
        found = (node.text() for node in self.tree.css("script") if "src" not in node.attributes)
        return "\n;\n".join(found)

    @cached_property
    def data(self) -> Any:
        """Return the page as JSON. Raises `Permanent` with `garbage`."""
        return self.page.json()

    def json(self, path: str) -> str | None:
        """Return the text at a path of a JSON page."""
        return json_path(self.data, path)

    def script_var(self, name: str) -> str | None:
        """Return the string that an inline script gives to a variable."""
        return script_value(self.scripts, name)

    def script_call_arg(self, name: str, number: int) -> str | None:
        """Return the string that an inline script passes to a function."""
        return call_argument(self.scripts, name, number)

    def script_redirect(self) -> str | None:
        """Return where an `onload` or an inline script sends the visitor."""
        body = self.tree.css_first("[onload]")
        onload = None if body is None else body.attributes.get("onload")
        return redirect_target(onload or "") or redirect_target(self.scripts)

    def meta_refresh(self) -> str | None:
        """Return where a `<meta http-equiv=refresh>` leads to."""
        for node in self.tree.css("meta[http-equiv][content]"):
            if (node.attributes.get("http-equiv") or "").strip().lower() == "refresh":
                found = _REFRESH.match(node.attributes.get("content") or "")
                if found is not None and found.group(1).strip():
                    return found.group(1).strip()
        return None


def text_of(node: LexborNode, remove: str | None = None) -> str:
    """Return a node's text with its white space folded, leaving out what `remove` selects."""
    if remove is not None:
        node = node.clone()
        for child in node.css(remove):
            if child.mem_id != node.mem_id:
                child.decompose()
    return " ".join(node.text(deep=True, separator="").split())
