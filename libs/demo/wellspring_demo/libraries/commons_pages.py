"""The media wiki's books: its files as the wiki's API describes them."""

import hashlib
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

FILE = Path(__file__).with_name("commons.json")
LOGS, LOG_COUNT = "Category:Sluice logs", 60
_MIMES = {"webm": "video/webm", "ogv": "application/ogg", "jpg": "image/jpeg"}
_CODECS = {"webm": 'video/webm; codecs="vp9, vorbis"', "ogv": 'video/ogg; codecs="theora, vorbis"'}


@dataclass(frozen=True)
class MediaPage:
    """The page of one file: its facts, and in which heights it is kept."""

    told: dict[str, Any]

    @property
    def title(self) -> str:
        """Return the title with its namespace."""
        return str(self.told["title"])

    @property
    def suffix(self) -> str:
        """Return how the file's name ends."""
        return self.title.rpartition(".")[2]

    @property
    def is_video(self) -> bool:
        """Return whether it is a video."""
        return self.suffix != "jpg"

    @property
    def folder(self) -> str:
        """Return the two folders that a digest of the name gives, and the name: `a/ab/Name.webm`."""
        name = self.title.removeprefix("File:").replace(" ", "_")
        digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        return f"{digest[0]}/{digest[:2]}/{name}"

    @property
    def file_name(self) -> str:
        """Return the name in URLs, before quoting."""
        return self.folder.rpartition("/")[2]


@dataclass(frozen=True)
class Pages:
    """All of the wiki: the files of its categories."""

    files: tuple[MediaPage, ...]
    category: str

    def page(self, title: str) -> MediaPage | None:
        """Return the page of a title, however its spaces are written."""
        wanted = title.replace("_", " ")
        return next((one for one in self.files if one.title == wanted), None)

    def by_id(self, pageid: str) -> MediaPage | None:
        """Return the page of a number, which outlives a change of title."""
        return next((one for one in self.files if str(one.told["pageid"]) == pageid), None)

    def members(self, category: str) -> list[MediaPage]:
        """Return the files of a category."""
        wanted = category.replace("_", " ")
        return [one for one in self.files if one.told.get("category", self.category) == wanted]


def read_pages() -> Pages:
    """Return the pages of the data file."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return Pages(tuple(MediaPage(told) for told in (*data["files"], *_logs())), data["category"])


def _logs() -> Iterator[dict[str, Any]]:
    """Describe more files than one answer holds."""
    for number in range(1, LOG_COUNT + 1):
        yield {
            "pageid": 4_200_000 + number,
            "title": f"File:Sluice log No. {number}.webm",
            "category": LOGS,
            "name": f"Sluice log No. {number}",
            "description": "Opened, closed.",
            "date": "1961",
            "licence": ["Public domain", ""],
            "artist": "Board of Quiet Rivers",
            "duration": 6.0,
            "height": 480,
            "transcodes": [],
        }


def video_info(page: MediaPage, site: str, files: str, wanted: set[str], size: int) -> dict[str, Any]:
    """Return the properties that were asked for of the newest version of a file."""
    told = page.told
    original = f"{files}/wikipedia/commons/{quote(page.folder)}"
    info: dict[str, Any] = {}
    if "size" in wanted:
        height = told["height"]
        info |= {"size": size, "width": round(height * 16 / 9), "height": height}
        info |= {"duration": told["duration"]} if page.is_video else {}
    if "mime" in wanted:
        info["mime"] = _MIMES[page.suffix]
    if "mediatype" in wanted:
        info["mediatype"] = "VIDEO" if page.is_video else "BITMAP"
    if "timestamp" in wanted:
        info["timestamp"] = "2021-03-04T05:06:07Z"
    if "url" in wanted:
        thumb = f"{files}/wikipedia/commons/thumb/{quote(page.folder)}/480px--{quote(page.file_name)}.jpg"
        info |= {"url": original, "thumburl": thumb, "thumbwidth": 480, "thumbheight": 270}
        info["descriptionurl"] = f"{site}/wiki/{quote(page.title.replace(' ', '_'), safe=':')}"
    if "extmetadata" in wanted:
        info["extmetadata"] = _extmetadata(told)
    if "derivatives" in wanted:
        info["derivatives"] = list(_derivatives(page, original, files)) if page.is_video else []
    return info


def _extmetadata(told: dict[str, Any]) -> dict[str, Any]:
    name, address = told["licence"]
    values = {
        "ObjectName": told["name"],
        "ImageDescription": told["description"],
        "DateTimeOriginal": told["date"],
        "Artist": told["artist"],
        "LicenseShortName": name,
        "UsageTerms": name,
        "Restrictions": "",
    } | ({"LicenseUrl": address} if address else {})
    return {key: {"value": value, "source": "commons-desc-page"} for key, value in values.items()}


def _derivatives(page: MediaPage, original: str, files: str) -> list[dict[str, Any]]:
    own = _derivative(original, page.told["height"], _CODECS[page.suffix], "Original file")
    transcoded = f"{files}/wikipedia/commons/transcoded/{quote(page.folder)}/{quote(page.file_name)}"
    found = [{**own, "shorttitle": "WebM source"}]
    for height in page.told["transcodes"]:
        key = f"{height}p.vp9.webm"
        one = _derivative(f"{transcoded}.{key}", height, _CODECS["webm"], f"Web streamable {height}p")
        found.append({**one, "shorttitle": f"VP9 {height}P", "transcodekey": key})
    if page.told["transcodes"]:
        src = f"{transcoded}.144p.mjpeg.mov"
        phone = _derivative(src, 144, "video/quicktime", "Low bandwidth 144p MJPEG")
        found.append({**phone, "shorttitle": "MJPEG 144P", "transcodekey": "144p.mjpeg.mov"})
    return found


def _derivative(src: str, height: int, type_: str, title: str) -> dict[str, Any]:
    width = round(height * 16 / 9)
    told = {"src": src, "type": type_, "title": html.unescape(title), "bandwidth": 150_000}
    return {**told, "width": width, "height": height}
