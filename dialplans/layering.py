"""Boxes and arrows arranged in layers, top to bottom, after Sugiyama, Tagawa and Toda (1981). Pure.

Arrows that lead back are left out of the layers and run along the right side; of the others, those that cross layers
get a place in each, so that they pass between the boxes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 12
GAP = 28.0
"""Between two boxes of a layer."""
ARROW = 18.0
"""Room for an arrow that passes a layer."""


@dataclass(frozen=True)
class Layout:
    """Where everything is; lengths as those of the boxes."""

    layers: Sequence[Sequence[str]]
    """Boxes, top to bottom, left to right."""
    middle: Mapping[str, float]
    """x of the middle of each box."""
    passes: Mapping[tuple[str, str], Sequence[float]]
    """x at each layer that an arrow crosses between its boxes."""
    back: frozenset[tuple[str, str]]
    """Arrows that lead to the same layer or one above."""
    width: float


@dataclass
class _Place:
    """A box, or an arrow that passes a layer."""

    name: str
    width: float
    x: float = 0.0
    above: list["_Place"] = field(default_factory=list)
    below: list["_Place"] = field(default_factory=list)


def arrange(widths: Mapping[str, float], arrows: Sequence[tuple[str, str]]) -> Layout:
    """Arrange boxes of `widths` (in the order in which they should be read) with `arrows` between them."""
    back = _leading_back(list(widths), arrows)
    forward = [arrow for arrow in dict.fromkeys(arrows) if arrow not in back]
    rank = _ranks(list(widths), forward)
    layers: list[list[_Place]] = [[] for _ in range(max(rank.values(), default=0) + 1)]
    boxes = {name: _Place(name, width) for name, width in widths.items()}
    for name, box in boxes.items():
        layers[rank[name]].append(box)
    passes: dict[tuple[str, str], list[_Place]] = {}
    for start, end in forward:
        chain = [boxes[start]]
        for at in range(rank[start] + 1, rank[end]):
            place = _Place("", ARROW)
            layers[at].append(place)
            chain.append(place)
        chain.append(boxes[end])
        passes[start, end] = chain[1:-1]
        for one, other in pairwise(chain):
            one.below.append(other)
            other.above.append(one)
    _order(layers)
    _spread(layers)
    least = min((place.x - place.width / 2 for layer in layers for place in layer), default=0.0)
    most = max((place.x + place.width / 2 for layer in layers for place in layer), default=0.0)
    return Layout(
        [[place.name for place in layer if place.name] for layer in layers],
        {name: box.x - least for name, box in boxes.items()},
        {arrow: [place.x - least for place in chain] for arrow, chain in passes.items()},
        frozenset(back),
        most - least,
    )


def _leading_back(names: Sequence[str], arrows: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the arrows without which there is no circle: those to where one came from."""
    following: dict[str, list[str]] = {name: [] for name in names}
    for start, end in arrows:
        following[start].append(end)
    back: set[tuple[str, str]] = set()
    done: set[str] = set()
    for first in names:
        path: list[tuple[str, int]] = [(first, 0)] if first not in done else []
        on_path = {first}
        while path:
            name, at = path.pop()
            if at == len(following[name]):
                done.add(name)
                on_path.discard(name)
                continue
            path.append((name, at + 1))
            end = following[name][at]
            if end in on_path:
                back.add((name, end))
            elif end not in done:
                path.append((end, 0))
                on_path.add(end)
    return back


def _ranks(names: Sequence[str], forward: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the layer of each box: below everything that leads to it."""
    rank = dict.fromkeys(names, 0)
    for _ in names:
        changed = False
        for start, end in forward:
            if rank[end] <= rank[start]:
                rank[end], changed = rank[start] + 1, True
        if not changed:
            break
    return rank


def _order(layers: list[list[_Place]]) -> None:
    """Put each place near the middle of those it is tied to, so that few arrows cross."""
    for layer in layers:
        for at, place in enumerate(layer):
            place.x = at
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else layers[::-1]:
            wanted = {id(place): _mean(place.above if down else place.below, place.x) for place in layer}
            layer.sort(key=lambda place: wanted[id(place)])
            for at, place in enumerate(layer):
                place.x = at


def _spread(layers: list[list[_Place]]) -> None:
    for layer in layers:
        x = 0.0
        for place in layer:
            place.x = x + place.width / 2
            x += place.width + GAP
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else layers[::-1]:
            _settle(layer, [_mean(place.above if down else place.below, place.x) for place in layer])


def _settle(layer: list[_Place], wanted: list[float]) -> None:
    """Move places to where they want to be, in their order and without overlap: the mean of pushing from both sides."""
    left, right = list(wanted), list(wanted)
    for at in range(1, len(layer)):
        left[at] = max(left[at], left[at - 1] + _apart(layer[at - 1], layer[at]))
    for at in range(len(layer) - 2, -1, -1):
        right[at] = min(right[at], right[at + 1] - _apart(layer[at], layer[at + 1]))
    for place, one, other in zip(layer, left, right, strict=True):
        place.x = (one + other) / 2


def _apart(one: _Place, other: _Place) -> float:
    return (one.width + other.width) / 2 + GAP


def _mean(places: list[_Place], otherwise: float) -> float:
    return sum(place.x for place in places) / len(places) if places else otherwise
