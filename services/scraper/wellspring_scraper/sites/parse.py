"""HTML parsing that a hostile page cannot turn into minutes or gigabytes.

Measured with lexbor: 13 KB of unclosed formatting tags make a tree of 450 MB, 1 MB of open `<div>`s take
80 s, and one tag with 100,000 attributes takes 15 s. Each has its bound here. One page is parsed at a time
by nature, because nothing here waits.
"""

import os
import re
import resource
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from wellspring_common.errors import Permanent

from .tameness import DEEPEST, is_tame

LARGEST_PAGE = 2 * 1024 * 1024
MOST_TAGS = 40_000
"""Of a page in any order. More are looked at before: see `tameness`."""
_TREE_BYTES = 48 * 1024 * 1024
# A tag's attributes cost the square of their number, 1.5 ns each. Below the first size no tag can hold
# enough of them to matter, below the second no page can hold enough such tags.
_SCAN_FROM = 128 * 1024
_LONG_TAG = 2000
_MOST_WORK = 400_000_000

_TOO_DEEP = ">".join("*" * (DEEPEST + 1))
_VM_DATA = re.compile(rb"VmData:\s+(\d+) kB")
_STATUS_BYTES = 8192
_TOKEN = re.compile(
    rb"<!--(?:-?>|.*?(?:--!?>|\Z))"
    rb"|<[a-zA-Z](?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rb"[\s/\"'](?=[^\s/\"'>=])")


def parsed(body: bytes) -> LexborHTMLParser:
    """Return the tree of a page. Raises `Permanent` with `page_too_complex`."""
    if len(body) > LARGEST_PAGE or (body.count(b"<") > MOST_TAGS and not is_tame(body)):
        raise _too_complex("it has too many tags")
    if len(body) > _SCAN_FROM and _has_giant_tags(body):
        raise _too_complex("its tags have too many attributes")
    try:
        with _memory_fence():
            tree = LexborHTMLParser(body)
            deep = tree.css_first(_TOO_DEEP) is not None
    except (SelectolaxError, MemoryError):
        raise _too_complex("its tree takes too much memory") from None
    if deep:
        raise _too_complex("its tags are nested too deeply")
    return tree


def _too_complex(why: str) -> Permanent:
    return Permanent(f"The page was not parsed: {why}.", code="page_too_complex")


def _has_giant_tags(body: bytes) -> bool:
    """Return whether attributes would take seconds. Quotes may hide no attribute, so that all text counts."""
    long_tags = (token.group() for token in _TOKEN.finditer(body) if len(token.group()) > _LONG_TAG)
    return sum(sum(1 for _ in _ATTRIBUTE.finditer(tag)) ** 2 for tag in long_tags) > _MOST_WORK


@cache
def _status() -> int:
    """Return a descriptor that is kept: each read from its start makes the text anew (proc(5))."""
    return os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)


@contextmanager
def _memory_fence() -> Generator[None]:
    """Let this process grow by one tree at most, where the system can tell its size."""
    if not sys.platform.startswith("linux"):
        yield
        return
    found = _VM_DATA.search(os.pread(_status(), _STATUS_BYTES, 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    fence = int(found.group(1)) * 1024 + _TREE_BYTES if found is not None else soft
    if hard != resource.RLIM_INFINITY:
        fence = min(fence, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (fence, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
