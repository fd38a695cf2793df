"""DASH manifests as we serve them: told where they lie, because players go by where they got them."""

from xml.etree import ElementTree as ET

from yarl import URL

from wellspring_common.errors import Permanent

MEDIA_TYPE = "application/dash+xml"
LARGEST = 1024 * 1024
_MPD = "urn:mpeg:dash:schema:mpd:2011"
_BEFORE = "ProgramInformation"
"""The one element that stands before the base addresses (ISO/IEC 23009-1, 5.3.1.2)."""


def rebased(text: str, *, base: str) -> str:
    """Return a manifest whose relative addresses lead to the files of `base`, where it came from.

    What stands deeper is relative to the addresses of the root: they alone are changed. Raises `Permanent`
    with `garbage` for what is no manifest, is too large, or declares a document type, and so entities.
    """
    if len(text) > LARGEST or "<!DOCTYPE" in text:
        raise Permanent("The DASH manifest is too large or declares entities.", code="garbage")
    try:
        root = ET.fromstring(text.lstrip("\ufeff \t\r\n"))  # noqa: S314  (there is no entity to expand)
        if root.tag != f"{{{_MPD}}}MPD":
            raise Permanent("The answer is no DASH manifest.", code="garbage")
        _rebase(root, URL(base, encoded=True))
        ET.register_namespace("", _MPD)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode")
    except (ET.ParseError, RecursionError) as error:
        raise Permanent("The answer is no DASH manifest.", code="garbage") from error


def _rebase(root: ET.Element, home: URL) -> None:
    told = root.findall(f"{{{_MPD}}}BaseURL")
    for each in told:
        each.text = _absolute(home, each.text)
    for each in root.findall(f"{{{_MPD}}}Location"):  # where a live one is asked for again: here
        root.remove(each)
    if not told:
        place = len(root.findall(f"{{{_MPD}}}{_BEFORE}"))
        added = ET.Element(f"{{{_MPD}}}BaseURL")
        added.text = str(home.join(URL(".", encoded=True)))
        root.insert(place, added)


def _absolute(home: URL, reference: str | None) -> str:
    try:
        url = home.join(URL((reference or "").strip(), encoded=True))
    except ValueError:
        return str(home)
    return str(url) if url.scheme in {"http", "https"} and url.raw_host else str(home)
