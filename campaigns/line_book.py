"""The book of lines of a running server: it chooses lines for calls, and learns from how the calls end.

Whoever places calls asks `choose`, says `placed` at once (nothing awaited in between: the next choice counts on it),
and `ended` when the call is over, for each line that was tried. The time is passed in, in Unix seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from campaigns.caller_numbers import CallerNumbers
from campaigns.line_contracts import Contracts
from campaigns.line_figures import Figures
from campaigns.line_outcome import learned
from campaigns.line_plan import Line
from campaigns.line_selection import WORDS, Chosen, LineSelection, Verdict, Wanted
from campaigns.line_state import ANSWERS, COST, SECONDS, SHORT, Healthy, LineState
from campaigns.shares import Cap, Held, Kind
from campaigns.toll_guard import kind_of
from models.settings import LineSettings
from voice.call_outcome import Outcome

Tell = Callable[[str, str, Mapping[str, Any]], None]
"""Told of an event: its name, the line, and what else is to be known."""
MUTE: Tell = lambda name, line, data: None  # noqa: E731 - a default that is a value


@dataclass(frozen=True)
class Choice:
    """The line for one call."""

    line: str
    trunk: str
    """In [[sip.trunks]]."""
    number: str
    """Whom: E.164 with "+"."""
    dialled: str
    """As the trunk wants it."""
    caller_number: str
    """That the callee sees; "": the trunk's own."""
    codecs: tuple[str, ...]
    """To be offered; (): those of [media]."""
    estimate: float
    """What the call will cost if it is answered, in `currency`: reserved until its end."""
    currency: str
    at: float
    """When it was chosen."""
    contract: str
    """Whose percentages count it; "" for the lines' own."""
    chosen: Chosen

    @cached_property
    def explanation(self) -> list[tuple[str, str, dict[str, float]]]:
        """Each line with its verdict and the parts of its score, the chosen one first."""
        return self.chosen.explanation()

    def document(self) -> dict[str, Any]:
        """Return what the event `line.chosen` says."""
        shown = {"line": self.line, "caller_number": self.caller_number, "dialled": self.dialled}
        return {**shown, "estimate": self.estimate, "currency": self.currency, **self.chosen.document()}


@dataclass(frozen=True)
class NoLine:
    """Why there is no line for a call."""

    never: bool
    """Whether waiting can't help: no line of the campaign may call this number."""
    until: float
    """When to ask again, in Unix seconds; inf: when a call ends or something is edited."""
    sentence: str
    lines: list[tuple[str, str]]
    """Each with its reason."""
    others: bool = False
    """Whether a line is free that may well call other numbers."""


@dataclass(frozen=True)
class _Gone:
    """A line that was taken out: its day and its calls go on, for the server's limit and for when it comes back."""

    line: Line
    state: LineState
    index: int
    """In `state`."""


class LineBook:
    """All lines, and how they are."""

    def __init__(
        self,
        lines: Sequence[Line],
        weights: LineSettings,
        now: float,
        *,
        healthy: Healthy = lambda trunk: True,
        tell: Tell = MUTE,
        spend_per_day: float = 0.0,
        chance: np.random.Generator | None = None,
    ) -> None:
        """`spend_per_day` of all lines together, 0: no limit; `chance` draws, by default from the seed of `weights`."""
        self.weights, self._healthy, self._tell = weights, healthy, tell
        self._spend_limit = spend_per_day or np.inf
        self._chance = chance or np.random.default_rng(weights.seed or None)
        self._told_spent: set[str] = set()
        self._gone: dict[str, _Gone] = {}
        """By name."""
        self._shares: Held | None = None
        self._allowed = np.inf
        """What this server may spend today over all lines: its part of the limit."""
        self._lay_out(lines, now)

    def _lay_out(self, lines: Sequence[Line], now: float) -> None:
        self.lines = {line.name: line for line in lines}
        self.names = tuple(self.lines)
        self._index = {name: index for index, name in enumerate(self.names)}
        ordered = list(self.lines.values())
        self.selection = LineSelection(ordered, self.weights)
        self.state = LineState(ordered, self._healthy, now)
        self.figures = Figures(len(ordered), self.weights.half_life_s, now)
        self.numbers = CallerNumbers(ordered, self.weights, now)
        self._contracts = {"": Contracts(self.names, {line.name: line.share for line in ordered})}

    def take_up(self, lines: Sequence[Line], now: float) -> set[str]:
        """Go by other lines from now on; what is known of those that stay, or come back, and calls on them, stay too.

        Returns the names of those that it never had.
        """
        self.begin_days(now)
        before, state, figures = self.names, self.state, list(self.figures.rows(now))
        gone = {name: _Gone(self.lines[name], state, index) for index, name in enumerate(before)}
        numbers = self.numbers.rows(now)
        self._lay_out(lines, now)
        self._gone |= gone
        strangers = set(self.names) - self._gone.keys()
        for name in self._gone.keys() & self._index.keys():
            known = self._gone.pop(name)
            self.state.inherit(self._index[name], known.state, known.index)
        self.state.share(self._shares, now)
        for old, destination, sums in figures:
            if (new := self._index.get(before[old])) is not None:
                self.figures.restore(new, destination, sums, now, now)
        for row in numbers:
            if (new := self._index.get(before[row["line"]])) is not None:
                self.numbers.restore(new, row["number"], row["used"], (row["answered"], row["unanswered"]), 0.0)
        return strangers

    # -- a call ------------------------------------------------------------------------------------------------

    def choose(
        self,
        number: str,
        lines: Sequence[str] = (),
        tried: Sequence[str] = (),
        now: float = 0.0,
        *,
        country: str = "",
        region: str = "",
        campaign: str = "",
        shares: Mapping[str, float] | None = None,
    ) -> Choice | None:
        """Return the line for a call to `number` at `now`, with a caller number; None where none is free (`no_line`).

        `lines` of the campaign, (): all; `tried`: those that this attempt has tried; `country` of the campaign and
        `region` of the lead in ISO 3166; `shares`: the campaign's own percentages, counted under its name.
        """
        self.begin_days(now)
        wanted = Wanted(number, country, region, tuple(lines), frozenset(tried))
        chosen = self._chosen(wanted, self._contract(campaign, shares), now)
        if chosen.line < 0:
            return None
        line = self.lines[self.names[chosen.line]]
        return Choice(
            line.name,
            line.way_out,
            number,
            line.dialled(number),
            self.numbers.numbers[chosen.number].number,
            line.codecs,
            chosen.estimate,
            line.currency,
            now,
            _contract_of(campaign, shares),
            chosen,
        )

    def no_line(
        self, number: str, lines: Sequence[str] = (), tried: Sequence[str] = (), now: float = 0.0, *, country: str = ""
    ) -> NoLine:
        """Return why `choose` finds nothing, and whether waiting helps; it is meant for right after that."""
        wanted = Wanted(number, country, "", tuple(lines), frozenset(tried))
        chosen = self._chosen(wanted, self._contracts[""], now)
        reasons = [(name, Verdict(verdict)) for name, verdict in zip(self.names, chosen.verdicts.tolist(), strict=True)]
        ours = [(name, why) for name, why in reasons if why is not Verdict.NOT_OURS]
        never = not self.selection.may(wanted)
        trouble = kind_of(number).trouble
        if trouble:
            sentence = trouble
        elif not ours:
            sentence = "There is no line to call through: add one with hotline lines add."
        else:
            told = "; ".join(f"{name}: {WORDS[why]}" for name, why in ours[:5])
            sentence = f"No line can call {number} {'at all' if never else 'now'} ({told})."
        until = np.inf if never else self.state.next_change(now)
        live = self.state.live(now)
        free = ~(live.closed | live.down | live.resting | live.full)
        others = any(why in (Verdict.NOT_ALLOWED, Verdict.SPENT) and free[self._index[name]] for name, why in ours)
        return NoLine(never, until, sentence, [(name, WORDS[why]) for name, why in ours], others)

    def placed(self, choice: Choice, leaves: bool = True) -> None:
        """Count the call on its line from now on; where it doesn't leave now, `left` is to say when."""
        line = self._index.get(choice.line)
        if line is None:
            return
        self.state.began(line, choice.estimate, choice.at, leaves)
        if choice.chosen.names == self.names:
            self.numbers.shown(choice.chosen.number)
            self._contracts.get(choice.contract, self._contracts[""]).placed(line, choice.chosen.could)

    def left(self, choice: Choice, now: float) -> None:
        """Count a call that was placed before as leaving now."""
        if (line := self._index.get(choice.line)) is not None:
            self.state.left(line, now)
        elif gone := self._gone.get(choice.line):
            gone.state.left(gone.index, now)

    def ended(self, choice: Choice, outcome: Outcome, now: float) -> float:
        """Learn from the end of a call; return what it cost, in the choice's currency."""
        line = self._index.get(choice.line)
        told = learned(outcome, self.weights.short_s)
        if line is None:
            return self._ended_on_gone(choice, told.connected_s)
        cost = self.lines[choice.line].price(choice.number).cost(told.connected_s)
        self.state.ended(line, choice.estimate, cost)
        self.state.today[ANSWERS, line] += told.person
        self.state.today[SHORT, line] += told.short
        self.state.today[SECONDS, line] += told.connected_s or 0.0
        if told.counts:
            self.figures.note(
                line, choice.chosen.destination, now, delay_s=told.delay_s, talk_s=told.talk_s, short=told.short
            )
            if choice.chosen.names == self.names:
                self.numbers.heard(choice.chosen.number, told.person, now)
        self._rest_or_forgive(line, told.ill, told.rest_s, told.counts and told.delay_s is not None, now)
        self._say_what_is_spent(line)
        return cost

    def _ended_on_gone(self, choice: Choice, connected_s: float | None) -> float:
        gone = self._gone.get(choice.line)
        if gone is None:
            return 0.0
        cost = gone.line.price(choice.number).cost(connected_s)
        gone.state.ended(gone.index, choice.estimate, cost)
        return cost

    def cost(self, choice: Choice, talk_s: float | None) -> float:
        """Return what a call would cost that is talked for so long; None: nobody answers."""
        line = self.lines.get(choice.line)
        return line.price(choice.number).cost(talk_s) if line else 0.0

    # -- what they are -----------------------------------------------------------------------------------------

    def documents(self, now: float) -> list[dict[str, Any]]:
        """Return how each line is now, for the operator."""
        self.begin_days(now)
        return [
            {"name": name, "trunk": self.lines[name].way_out, "currency": self.lines[name].currency}
            | self.state.document(index, now)
            for index, name in enumerate(self.names)
        ]  # fmt: skip

    def index(self, name: str) -> int | None:
        """Return a line's place in columns; None for an unknown one."""
        return self._index.get(name)

    @property
    def spent(self) -> float:
        """What all lines spent today, over all servers, with what running calls of this one will cost."""
        gone = sum(one.state.spent(one.index) for one in self._gone.values())
        return float((self.state.today[COST] + self.state.theirs[COST] + self.state.reserved).sum()) + gone

    def room(self, index: int, now: float) -> float:
        """Return what a line may still spend today, in its currency; inf without a limit."""
        self.begin_days(now)
        return min(float(self.state.live(now).room[index]), self._room())

    def _room(self) -> float:
        """Return what this server may still spend today over all lines."""
        if self._spend_limit == np.inf:
            return np.inf
        return min(self._spend_limit - self.spent, self._allowed - self._own())

    def _own(self) -> float:
        gone = sum(one.state.own(one.index)[COST] for one in self._gone.values())
        return float((self.state.today[COST] + self.state.reserved).sum()) + gone

    # -- with other servers --------------------------------------------------------------------------------------

    def caps(self, now: float) -> dict[str, Cap]:
        """Return the limits of lines, and of all together, as caps that servers may share."""
        self.begin_days(now)
        caps = self.state.caps(now)
        if self._spend_limit < np.inf:
            caps["spend "] = Cap(
                Kind.MONEY, self._spend_limit, min(self._allowed, self._spend_limit), self._own(),
                days=tuple((name, self.state.day(index, now)) for index, name in enumerate(self.names)),
            )  # fmt: skip
        return caps

    def share(self, shares: Held | None, now: float) -> None:
        """Go by this server's part of all limits from now on; None: by all of them."""
        self._shares = shares
        self._allowed = np.inf if shares is None else shares.get("spend ", 0.0)
        self.state.share(shares, now)

    def heard(self, counts: Mapping[tuple[str, str], Sequence[float]], now: float) -> None:
        """Take what other servers have on record of the days of lines (`line_state.py` has the order of counts)."""
        self.begin_days(now)
        self.state.heard(counts, now)

    def _chosen(self, wanted: Wanted, contracts: Contracts, now: float) -> Chosen:
        live = self.state.live(now)
        if self._spend_limit < np.inf:
            live = replace(live, room=np.minimum(live.room, self._room()))
        return self.selection.choose(wanted, live, self.figures, self.numbers, contracts, self._chance, now)

    def _contract(self, campaign: str, shares: Mapping[str, float] | None) -> Contracts:
        key = _contract_of(campaign, shares)
        if shares and key not in self._contracts:
            self._contracts[key] = Contracts(self.names, shares)
        return self._contracts[key]

    def begin_days(self, now: float) -> None:
        """Count anew for lines whose midnight has passed: whoever reads or writes the day's counts asks for it."""
        for state in {id(one.state): one.state for one in self._gone.values()}.values():
            state.new_days(now)
        for line in self.state.new_days(now):
            self.numbers.new_day(line)
            self._told_spent.discard(self.names[line])
            self._told_spent.discard("")

    def _rest_or_forgive(self, line: int, ill: bool, rest_s: float, rang: bool, now: float) -> None:
        name = self.names[line]
        if rest_s > 0:
            self.state.asked(line, rest_s, now)
            self._tell("line.rested", name, {"seconds": rest_s, "why": "503 with Retry-After"})
        if ill:
            if forced_s := self.state.failed(line, now):
                self._tell("line.rested", name, {"seconds": forced_s, "why": "failures in a row"})
        elif rang:
            self.state.worked(line)

    def _say_what_is_spent(self, line: int) -> None:
        name = self.names[line]
        limit = self.lines[name].spend_per_day
        spent = self.state.spent(line)
        if limit and spent >= limit and name not in self._told_spent:
            self._told_spent.add(name)
            self._tell("line.spend-limit", name, {"spent": round(spent, 6), "limit": limit})
        if self.spent >= self._spend_limit and "" not in self._told_spent:
            self._told_spent.add("")
            self._tell("lines.spend-limit", "", {"spent": round(self.spent, 6), "limit": float(self._spend_limit)})


def _contract_of(campaign: str, shares: Mapping[str, float] | None) -> str:
    """Return the key of a campaign's own percentages; others, after an edit, are counted anew."""
    return f"{campaign} {sorted(shares.items())}" if shares else ""
