"""A flow drawn as SVG: steps as boxes by kind, arrows with the answers and conditions that lead along them."""

import unicodedata
from collections.abc import Iterator
from xml.sax.saxutils import escape

from dialplans.exits import Exit, exits
from dialplans.flow import Flow
from dialplans.layering import Layout, arrange
from dialplans.step import Step
from dialplans.verbs.handover import HandoverStep
from dialplans.verbs.registry import VERBS

FONT = "'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'Segoe UI', sans-serif"
NAME_SIZE, SIZE, LABEL_SIZE = 14, 12, 11
LINES = 2
"""So many lines of what a step says are shown."""
LINE_UNITS = 34.0
"""Width of such a line, in half widths."""
BOX, PAD, BETWEEN, MARGIN = 26 + LINES * 16 + 10, 10.0, 66.0, 24.0
"""Heights of a box and of the room between layers (pixels), paddings and margins."""
CHANNEL = 12.0
"""Between two arrows that lead back."""
KINDS = {
    "question": ("#e3effc", "#2b6cb0", ("ask", "menu", "collect", "confirm", "survey")),
    "speech": ("#f4f4f4", "#666666", ("say", "play", "record")),
    "knowledge": ("#e5f6ea", "#2f855a", ("answer",)),
    "decision": ("#fff8db", "#a07800", ("branch", "set", "goto")),
    "system": ("#efe7fb", "#6b46c1", ("call",)),
    "sub-flow": ("#e0f5f5", "#2c7a7b", ("run", "return")),
    "human": ("#ffeede", "#c05621", ("enqueue", "transfer", "voicemail", "callback", "ticket")),
    "end": ("#fbe4e4", "#c53030", ("hangup",)),
}
"""Fill, line and verbs of each kind of step."""


def draw(flow: Flow, language: str = "") -> str:
    """Return `flow` and its sub-flows as one SVG document; what is said in `language`, else in the flow's first."""
    drawings, top, width = [], 0.0, 0.0
    for title, one in (("", flow), *((name, inner) for name, inner in flow.flows.items())):
        if not one.steps:
            continue
        shown = language if language in one.languages else one.languages[0]
        drawing = _Drawing(one, title or flow.name, shown, sub_flow=bool(title))
        drawings.append(f'<g transform="translate(0 {top:.0f})">{"".join(drawing.parts())}</g>')
        top += drawing.height
        width = max(width, drawing.width)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{top:.0f}" '
        f'viewBox="0 0 {width:.0f} {top:.0f}" font-family="{FONT}" xml:lang="{language or flow.languages[0]}">\n'
        f"<title>{escape(flow.name)}</title>\n{_ARROWS}\n"
        f'<rect width="100%" height="100%" fill="white"/>\n{chr(10).join(drawings)}\n</svg>\n'
    )


_ARROWS = "<defs>" + "".join(
    f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    f'<path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'
    for name, colour in (("on", "#444444"), ("aside", "#b0674f"))
) + "</defs>"  # fmt: skip


class _Drawing:
    """One flow."""

    def __init__(self, flow: Flow, title: str, language: str, sub_flow: bool) -> None:
        self._flow, self._title, self._language, self._sub = flow, title, language, sub_flow
        self._exits = {step.name: exits(flow, step, language) for step in flow.steps.values()}
        widths = {step.name: self._width(step) for step in flow.steps.values()}
        arrows = [(name, one.step) for name, some in self._exits.items() for one in some]
        self._layout: Layout = arrange(widths, arrows)
        self._exits = {
            name: sorted(some, key=lambda one: self._heads_for(name, one)) for name, some in self._exits.items()
        }
        self._widths = widths
        self._layer = {name: at for at, layer in enumerate(self._layout.layers) for name in layer}
        self._channels = {
            end: at
            for at, end in enumerate(name for name in flow.steps if any(name == end for _, end in self._layout.back))
        }
        self._top = MARGIN + 30 + (18 if self._everywhere() else 0)
        head = max(_units(self._title) * 9, _units(self._everywhere()) * 6) + 2 * MARGIN
        self.width = max(self._layout.width + 2 * MARGIN + (len(self._channels) + 1) * CHANNEL, head)
        self.height = self._top + len(self._layout.layers) * (BOX + BETWEEN)
        self._entering = self._entries()

    def parts(self) -> Iterator[str]:
        what = "sub-flow " if self._sub else ""
        yield _text(MARGIN, MARGIN + 6, f"{what}{self._title}", 18, "#222222", bold=True)
        if everywhere := self._everywhere():
            yield _text(MARGIN, MARGIN + 26, everywhere, SIZE, "#666666")
        for name, some in self._exits.items():
            for one, x in zip(some, self._ports(name), strict=True):
                yield self._arrow(name, one, x)
        for step in self._flow.steps.values():
            yield from self._box(step)
        for name, some in self._exits.items():
            for one, x in zip(some, self._ports(name), strict=True):
                yield from self._label(name, one, x)

    def _everywhere(self) -> str:
        ways = [f"{name} → {target.step}" for name, target in self._flow.commands.items()]
        human = self._flow.human
        if human and human.to:
            rules = {
                f"{human.no_match} × not understood": human.no_match,
                f"tag {', '.join(human.tags)}": human.tags,
                f"rating ≤ {human.rating}": human.rating,
                f"anger ≥ {human.anger:g}": human.anger,
            }
            ways += [f"{rule} → {human.to.step}" for rule, holds in rules.items() if holds]
        return f"At every question: {' · '.join(ways)}" if ways else ""

    def _heads_for(self, name: str, one: Exit) -> float:
        """x to which an arrow goes first: in that order they leave their box, so that few cross."""
        if (name, one.step) in self._layout.back:
            return self._layout.width
        return [*self._layout.passes.get((name, one.step), ()), self._layout.middle[one.step]][0]

    # -- places ------------------------------------------------------------------------------------------------

    def _width(self, step: Step) -> float:
        title = (_units(step.name) + 1) * NAME_SIZE * 0.6 + (_units(_verb(step)) + 2) * LABEL_SIZE * 0.6
        lines = max((_units(line) for line in self._lines(step)), default=0.0) * SIZE * 0.55
        ports = sum(_port_width(one) for one in self._exits[step.name])
        return max(110.0, title + 2 * PAD, lines + 2 * PAD, ports)

    def _left(self, name: str) -> float:
        return MARGIN + self._layout.middle[name] - self._widths[name] / 2

    def _y(self, layer: int) -> float:
        return self._top + layer * (BOX + BETWEEN)

    def _ports(self, name: str) -> list[float]:
        """x of the beginning of each arrow out of a box, each with room for its label."""
        some = self._exits[name]
        total = sum(_port_width(one) for one in some)
        x = self._left(name) + (self._widths[name] - total) / 2
        found = []
        for one in some:
            found.append(x + _port_width(one) / 2)
            x += _port_width(one)
        return found

    def _entries(self) -> dict[tuple[str, str], float]:
        """x of the end of each arrow into a box: side by side, in the order in which they come."""
        coming: dict[str, list[tuple[float, str]]] = {}
        for name, some in self._exits.items():
            for one, x in zip(some, self._ports(name), strict=True):
                between = self._layout.passes.get((name, one.step), ())
                back = (name, one.step) in self._layout.back
                coming.setdefault(one.step, []).append((float("inf") if back else [x, *between][-1], name))
        found = {}
        for end, arrivals in coming.items():
            names = list(dict.fromkeys(name for _, name in sorted(arrivals)))
            room = self._widths[end] * 0.7
            for at, name in enumerate(names):
                found[name, end] = self._left(end) + self._widths[end] * 0.15 + room * (at + 0.5) / len(names)
        return found

    # -- ink -----------------------------------------------------------------------------------------------------

    def _box(self, step: Step) -> Iterator[str]:
        fill, line = next(((fill, line) for fill, line, verbs in KINDS.values() if _verb(step) in verbs), _PLAIN)
        x, y, width = self._left(step.name), self._y(self._layer[step.name]), self._widths[step.name]
        thick = 2.5 if step.name == self._flow.first else 1.2
        yield (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BOX}" rx="7" fill="{fill}" stroke="{line}" '
            f'stroke-width="{thick}"/>'
        )
        yield _text(x + PAD, y + 19, step.name, NAME_SIZE, "#222222", bold=True)
        yield _text(x + width - PAD, y + 19, _verb(step), LABEL_SIZE, line, anchor="end")
        for at, words in enumerate(self._lines(step)):
            yield _text(x + PAD, y + 38 + at * 16, words, SIZE, "#444444")

    def _arrow(self, name: str, one: Exit, x: float) -> str:
        start, end = self._y(self._layer[name]) + BOX, self._y(self._layer[one.step])
        to = self._entering[name, one.step]
        if (name, one.step) in self._layout.back:
            channel = MARGIN + self._layout.width + (self._channels[one.step] + 1) * CHANNEL
            low, high = start + 30 + self._channels[one.step] % 4 * 3, end - 12 - self._channels[one.step] % 4 * 3
            path = f"M{x:.1f} {start:.1f}V{low:.1f}H{channel:.1f}V{high:.1f}H{to:.1f}V{end - 1:.1f}"
        else:
            path, before = f"M{x:.1f} {start:.1f}V{start + 20:.1f}", (x, start + 20)
            for at, middle in enumerate(self._layout.passes.get((name, one.step), ())):
                top = self._y(self._layer[name] + 1 + at)
                path += _curve(before, (MARGIN + middle, top)) + f"V{top + BOX + 20:.1f}"
                before = (MARGIN + middle, top + BOX + 20)
            path += _curve(before, (to, end - 1))
        colour, marker = ("#b0674f", "aside") if one.aside else ("#444444", "on")
        dashes = ' stroke-dasharray="5 4"' if one.aside else ""
        return (
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.2" stroke-linejoin="round"{dashes} '
            f'marker-end="url(#{marker})"/>'
        )

    def _label(self, name: str, one: Exit, x: float) -> Iterator[str]:
        if not one.label:
            return
        y, label = self._y(self._layer[name]) + BOX, _cut(one.label, 30)
        width = _units(label) * LABEL_SIZE * 0.58 + 6
        yield f'<rect x="{x - width / 2:.1f}" y="{y + 4:.1f}" width="{width:.1f}" height="15" rx="4" fill="white"/>'
        yield _text(x, y + 15, label, LABEL_SIZE, "#b0674f" if one.aside else "#222222", anchor="middle")

    def _lines(self, step: Step) -> list[str]:
        """What a step says or does, in a few words."""
        said = next((texts for texts in step.says() if texts), None)
        if said and not isinstance(step, HandoverStep):
            return _wrapped(said.get(self._language) or next(iter(said.values())))
        for word in ("target", "system", "flow", "slot"):
            if value := getattr(step, word, ""):
                return _wrapped(f"{value}{getattr(step, 'path', '')}")
        values = getattr(step, "values", None)
        return _wrapped(", ".join(f"{name} = {value}" for name, value in values.items())) if values else []


_PLAIN = ("#ffffff", "#666666")


def _verb(step: Step) -> str:
    return str(getattr(step, "verb", "") or next(verb for verb, cls in VERBS.items() if isinstance(step, cls)))


def _port_width(one: Exit) -> float:
    return max(26.0, _units(_cut(one.label, 30)) * LABEL_SIZE * 0.58 + 14)


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    bend = max(18.0, (end[1] - start[1]) / 2)
    return f"C{start[0]:.1f} {start[1] + bend:.1f} {end[0]:.1f} {end[1] - bend:.1f} {end[0]:.1f} {end[1]:.1f}"


def _text(x: float, y: float, words: str, size: int, colour: str, *, bold: bool = False, anchor: str = "") -> str:
    weight = ' font-weight="600"' if bold else ""
    side = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{weight}{side}>{escape(words)}</text>'


def _units(words: str) -> float:
    """Return the width of `words` in Latin letters; a Chinese character is as wide as 1.8 of them."""
    return sum(1.8 if unicodedata.east_asian_width(sign) in "WF" else 1.0 for sign in words)


def _cut(words: str, units: float) -> str:
    shown, used = "", 0.0
    for sign in words:
        used += _units(sign)
        if used > units:
            return shown.rstrip() + "…"
        shown += sign
    return shown


def _wrapped(words: str) -> list[str]:
    """Return `words` in at most LINES lines; where there are spaces, they break there."""
    lines: list[str] = []
    rest = words.strip()
    while rest and len(lines) < LINES:
        if len(lines) == LINES - 1 or _units(rest) <= LINE_UNITS:
            lines.append(_cut(rest, LINE_UNITS))
            break
        head = _cut(rest, LINE_UNITS).removesuffix("…")
        space = head.rfind(" ")
        head = head[:space] if space > len(head) / 2 else head
        lines.append(head)
        rest = rest[len(head) :].strip()
    return lines
