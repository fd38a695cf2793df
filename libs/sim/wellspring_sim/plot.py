"""The table as a picture: an SVG that reads well on light and on dark paper."""

from collections.abc import Sequence
from html import escape

from .policies import OURS
from .report import Row

SHOWN = ("dead_presses", "wait_p95", "scrapes_per_play", "dead_exposure")
WIDTH, PANEL, BAR, GAP, HEAD = 760, 350, 20, 12, 34
_LABEL, _VALUE = 96, 90
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .value { font-variant-numeric: tabular-nums }
  .bar { fill: #8c959f } .ours { fill: #1a7f37 } .range { stroke: #24292f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #3fb950 } .range { stroke: #e6edf3 }
  }
"""


def drawn(rows: Sequence[Row], *, words: str) -> str:
    """Return the picture of the rows: one panel a measure, one bar a policy, a line from least to most."""
    chosen = [row for key in SHOWN for row in rows if row.measure.key == key]
    panel_height = HEAD + len(chosen[0].values) * (BAR + GAP) + 18
    lines = (len(chosen) + 1) // 2
    height = 40 + lines * panel_height
    box, label = f"0 0 {WIDTH} {height}", escape(words)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-label="{label}">',
        f"<title>{label}</title>",
        f"<style>{_STYLE}</style>",
        f'<text x="10" y="20">{label}</text>',
    ]
    for place, row in enumerate(chosen):
        x = 10 + place % 2 * (WIDTH // 2)
        y = 40 + place // 2 * panel_height
        parts.append(f'<g transform="translate({x} {y})">{_panel(row)}</g>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(row: Row) -> str:
    most = max(spread.high for spread in row.values.values()) or 1.0
    room = PANEL - _LABEL - _VALUE
    found = [f'<text class="title" x="0" y="18">{escape(row.measure.words)}</text>']
    for place, (policy, spread) in enumerate(row.values.items()):
        y = HEAD + place * (BAR + GAP)
        bar, low, high = (max(part / most * room, 0.5) for part in (spread.middle, spread.low, spread.high))
        kind = "bar ours" if policy == OURS else "bar"
        value = row.measure.form.format(spread.middle)
        found += [
            f'<text x="0" y="{y + 15}">{escape(policy)}</text>',
            f'<rect class="{kind}" x="{_LABEL}" y="{y}" width="{bar:.1f}" height="{BAR}" rx="3"/>',
            f'<path class="range" d="M{_LABEL + low:.1f} {y + 10}H{_LABEL + high:.1f}"/>',
            f'<text class="value" x="{_LABEL + max(bar, high) + 8:.1f}" y="{y + 15}">{value}</text>',
        ]
    return "\n".join(found)
