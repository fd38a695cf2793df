"""Whether a page of very many tags is an honest long list, which costs little, or built to hurt.

What makes a page expensive is depth: each tag costs as many steps as elements are open. A long list opens and
closes its tags in order, so that its depth is seen by counting along. Whatever is out of order counts against
the page, because a parser may read it differently.
"""

import re

DEEPEST = 256
MOST_TAGS = 200_000
_MOST_OUT_OF_ORDER = 1000
# Each part has its longest, so that what never ends is not searched to the end of the page again and again.
_TAG = re.compile(
    rb"<!--.{0,20000}?-->"
    rb"|<(/?)([a-zA-Z][^\s/<>]{0,40})(?:[^<>\"']|\"[^\"]{0,4000}\"|'[^']{0,4000}'){0,4000}+>|<",
    re.DOTALL,
)
_VOID = frozenset(
    b"area base br col embed hr img input link meta param source track wbr !doctype".split(),
)
_RAW = frozenset(b"script style textarea title noscript iframe xmp noembed noframes".split())
# A new one of these ends an open one, though nobody wrote so.
_ENDED_BY_THE_NEXT = {
    b"li": (b"li",),
    b"p": (b"p",),
    b"dt": (b"dt", b"dd"),
    b"dd": (b"dt", b"dd"),
    b"option": (b"option",),
    b"td": (b"td", b"th"),
    b"th": (b"td", b"th"),
    b"tr": (b"td", b"th", b"tr"),
}


def is_tame(body: bytes) -> bool:
    """Return whether a page's tags are few enough, in order, and never deep."""
    if body.count(b"<") > MOST_TAGS:
        return False
    open_tags: list[bytes] = []
    out_of_order, at = 0, 0
    while (tag := _TAG.search(body, at)) is not None and out_of_order <= _MOST_OUT_OF_ORDER:
        at = tag.end()
        name = (tag.group(2) or b"").lower()
        if tag.group(2) is None:
            out_of_order += tag.group() == b"<"
        elif tag.group(1):
            out_of_order += not _closed(open_tags, name)
        elif name in _RAW:
            end = body.find(b"</" + tag.group(2), at)
            end = len(body) if end < 0 else end
            out_of_order += body.count(b"<", at, end)
            at = end
        elif name not in _VOID:
            while open_tags and open_tags[-1] in _ENDED_BY_THE_NEXT.get(name, ()):
                open_tags.pop()
            open_tags.append(name)
            if len(open_tags) > DEEPEST:
                return False
    return out_of_order <= _MOST_OUT_OF_ORDER


def _closed(open_tags: list[bytes], name: bytes) -> bool:
    """Close a tag where it is the innermost, but for those that need no end of their own."""
    if name in _RAW:
        return True
    back = len(open_tags)
    while back and open_tags[back - 1] != name and open_tags[back - 1] in _ENDED_BY_THE_NEXT:
        back -= 1
    if not back or open_tags[back - 1] != name:
        return False
    del open_tags[back - 1 :]
    return True
