"""Charts as SVG in a page: a funnel, bars across, and columns side by side. Pure."""

import unicodedata
from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDE, NARROW = 1080.0, 480.0
"""Of a chart over the whole page, and over half of it, pixels."""
ROW, BAR = 30, 20
"""Heights of a row and of the bar in it, pixels."""
COLOURS = ("#2b6cb0", "#2f855a", "#c05621", "#6b46c1")
LABEL_UNIT = 7.2
"""Width of a narrow letter; a Chinese one is twice as wide."""


def units(text: str) -> int:
    """Return how wide a text is, in narrow letters."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def bars(rows: Sequence[tuple[str, float, str]], colour: str = COLOURS[0], width: float = WIDE) -> str:
    """Return bars across: label, value, and what stands behind the bar."""
    if not rows:
        return ""
    left = min(width * 0.4, max(units(label) for label, _, _ in rows) * LABEL_UNIT + 12)
    right = max(units(told) for _, _, told in rows) * LABEL_UNIT + 12
    most = max(value for _, value, _ in rows) or 1.0
    parts = []
    for index, (label, value, told) in enumerate(rows):
        top = index * ROW
        long = max(1.0, (width - left - right) * value / most) if value else 0.0
        parts.append(
            f'<text x="{left - 8:.0f}" y="{top + 15}" text-anchor="end">{escape(_cut(label, left))}</text>'
            f'<rect x="{left:.0f}" y="{top}" width="{long:.1f}" height="{BAR}" rx="3" fill="{colour}"/>'
            f'<text x="{left + long + 6:.1f}" y="{top + 15}" class="soft">{escape(told)}</text>'
        )
    return _svg(width, len(rows) * ROW, parts)


def columns(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Return columns side by side for each label, one colour a series, with a legend above."""
    if not labels:
        return ""
    high, top, bottom, left = 170.0, 30.0, 24.0, 44.0
    most = _round_up(max((value for _, values in series for value in values), default=0.0))
    each = (WIDE - left) / len(labels)
    wide = min(30.0, each * 0.8 / len(series))
    parts = [_axis(most, left, top, high)]
    for at, label in enumerate(labels):
        middle = left + each * (at + 0.5)
        parts.append(f'<text x="{middle:.1f}" y="{top + high + 17}" text-anchor="middle">{escape(label)}</text>')
        for nth, (_, values) in enumerate(series):
            tall = high * values[at] / most if most else 0.0
            x = middle + (nth - len(series) / 2) * wide
            parts.append(
                f'<rect x="{x:.1f}" y="{top + high - tall:.1f}" width="{wide - 1:.1f}" height="{tall:.1f}" '
                f'fill="{COLOURS[nth % len(COLOURS)]}"><title>{escape(label)}: {values[at]:g}</title></rect>'
            )
    x = left
    for nth, (name, _) in enumerate(series):
        colour = COLOURS[nth % len(COLOURS)]
        parts.append(f'<rect x="{x:.0f}" y="4" width="12" height="12" rx="2" fill="{colour}"/>')
        parts.append(f'<text x="{x + 17:.0f}" y="14">{escape(name)}</text>')
        x += 34 + units(name) * LABEL_UNIT
    return _svg(WIDE, top + high + bottom, parts)


def _axis(most: float, left: float, top: float, high: float) -> str:
    lines = []
    for part in range(5):
        y = top + high * (1 - part / 4)
        lines.append(f'<line x1="{left}" x2="{WIDE:.0f}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        lines.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" class="soft">{most * part / 4:g}</text>')
    return "".join(lines)


def _round_up(value: float) -> float:
    """Return the next value whose quarters are round numbers."""
    if value <= 4:
        return 4.0
    step = 1.0
    while True:
        for factor in (4, 8, 12, 20, 40):
            if step * factor >= value:
                return step * factor
        step *= 10


def _cut(label: str, width: float) -> str:
    """Return a label that fits its place, with what is left out as an ellipsis."""
    if units(label) * LABEL_UNIT <= width:
        return label
    while label and units(label) * LABEL_UNIT > width - 2 * LABEL_UNIT:
        label = label[:-1]
    return f"{label}…"


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="100%"'
    return f'<svg {size} role="img" font-size="13">{"".join(parts)}</svg>'
