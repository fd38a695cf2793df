"""Which version of a document somebody saw, so that no edit undoes another unseen."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wellspring_common.errors import Permanent

_TAG = re.compile(r'"[!#-~]*"')


def etag_of(values: Mapping[str, Any]) -> str:
    """Return the tag of these JSON values: the same values always have the same one."""
    packed = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f'"{hashlib.sha256(packed.encode()).hexdigest()[:20]}"'


@dataclass(frozen=True)
class IfMatch:
    """The versions that a header names. `*` stands for any."""

    tags: frozenset[str]

    @classmethod
    def parse(cls, header: str | None) -> "IfMatch":
        """Return the versions that an edit may be based on. Raises `Permanent` where none is named."""
        if header is None or not header.strip():
            detail = "Send If-Match with the ETag of what you edit, so that nobody's change is lost."
            raise Permanent(detail, code="precondition_required")
        return cls(frozenset({"*"} if header.strip() == "*" else _TAG.findall(header)))

    def check(self, tag: str) -> None:
        """Raise `Permanent` with `precondition_failed` where the document is another one by now."""
        if "*" not in self.tags and tag not in self.tags:
            detail = "Somebody changed this meanwhile: read it again, and repeat what you meant."
            raise Permanent(detail, code="precondition_failed")


def is_known(header: str | None, tag: str) -> bool:
    """Return whether whoever asks has this version already, by their `If-None-Match`."""
    return header is not None and (header.strip() == "*" or tag in _TAG.findall(header))
