"""What a strict policy and a screen reader would trip over in a page."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "path", "circle", "rect", "br", "img"}


class Reader(HTMLParser):
    """Collects what a strict policy and a screen reader would trip over."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[str] = []
        self.headings = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.faults += [f"{tag} {name}" for name, _ in attrs if name == "style" or name.startswith("on")]
        if tag == "style" or (
            tag == "script" and "src" not in values and values.get("type") != "application/json"
        ):
            self.faults.append(f"inline {tag}")
        for name in ("href", "src", "action"):
            if (values.get(name) or "").strip().lower().startswith(("javascript:", "data:")):
                self.faults.append(f"{tag} {name}")
        self.ids += [values["id"] or ""] if "id" in values else []
        self.labels |= {values["for"] or ""} if tag == "label" and "for" in values else set()
        typed = tag in {"input", "select", "textarea"} and values.get("type") not in {"hidden", "checkbox"}
        self.fields += [values.get("id") or ""] if typed else []
        self.headings += tag == "h1"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"unbalanced {tag}")
