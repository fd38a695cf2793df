"""Templates in Cardigann's braces: `{{ .Result.x }}`, `{{ if .Result.x }}a{{ else }}b{{ end }}`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_TAG = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_NAME = re.compile(r"^\.(?:(?:Source|Page|Result|Today|Catalogue|Entry|Row)\.[A-Za-z_][A-Za-z0-9_]*|Query)$")
_LONGEST = 8192


@dataclass(frozen=True)
class _Value:
    name: str


@dataclass(frozen=True)
class _If:
    name: str
    then: Sequence["_Part"]
    otherwise: Sequence["_Part"]


_Part = str | _Value | _If


class Template:
    """A parsed template. Raises `ValueError` for one that is malformed."""

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self._parts, rest = self._block(_tokens(text), inside=False)
        if rest:
            raise ValueError("a template whose {{ end }} has an {{ if }}")

    def render(self, scope: Mapping[str, str]) -> str:
        """Return the text with its names looked up. What is not there is empty."""
        return _render(self._parts, scope)[:_LONGEST]

    def _block(self, tokens: list[str | _Value], *, inside: bool) -> tuple[list[_Part], list[str | _Value]]:
        parts: list[_Part] = []
        while tokens:
            token, tokens = tokens[0], tokens[1:]
            if isinstance(token, str):
                parts.append(token)
            elif token.name in {"else", "end"}:
                if not inside:
                    raise ValueError("a template whose {{ else }} and {{ end }} have an {{ if }}")
                return parts, [token, *tokens]
            elif token.name.startswith("if "):
                condition, tokens = self._if(token.name[3:].strip(), tokens)
                parts.append(condition)
            else:
                parts.append(_Value(self._named(token.name)))
        if inside:
            raise ValueError("a template whose {{ if }} has an {{ end }}")
        return parts, []

    def _if(self, name: str, tokens: list[str | _Value]) -> tuple[_If, list[str | _Value]]:
        self._named(name)
        then, tokens = self._block(tokens, inside=True)
        otherwise: list[_Part] = []
        if tokens[0] == _Value("else"):
            otherwise, tokens = self._block(tokens[1:], inside=True)
        if tokens[0] != _Value("end"):
            raise ValueError("a template with one {{ else }} for each {{ if }}")
        return _If(name, then, otherwise), tokens[1:]

    def _named(self, name: str) -> str:
        if not _NAME.match(name):
            raise ValueError(
                "a template of .Source, .Page, .Result, .Today, .Row, .Catalogue or .Entry names, .Query, "
                f"`if`, `else` and `end`, not {name!r}"
            )
        self.names.add(name)
        return name


@lru_cache(maxsize=512)
def template(text: str) -> Template:
    """Return a parsed template, kept for the next page."""
    return Template(text)


def _tokens(text: str) -> list[str | _Value]:
    pieces = _TAG.split(text)
    found: list[str | _Value] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            found.append(_Value(piece))
        elif piece:
            if "{{" in piece or "}}" in piece:
                raise ValueError("a template whose braces are closed")
            found.append(piece)
    if len(pieces) > 100:  # noqa: PLR2004  (more is no template)
        raise ValueError("a template with fewer parts")
    return found


def _render(parts: Sequence[_Part], scope: Mapping[str, str]) -> str:
    out = []
    for part in parts:
        match part:
            case str():
                out.append(part)
            case _Value(name):
                out.append(scope.get(name, ""))
            case _If(name, then, otherwise):
                out.append(_render(then if scope.get(name) else otherwise, scope))
    return "".join(out)
