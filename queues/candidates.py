"""Agents as columns of numbers, so that who fits is asked of all at once; one row an agent.

Rows are kept from decision to decision, and given back when an agent goes. What changes often (calls, times) costs a
few writes; what changes seldom (skills, languages) makes `version` rise: what others worked out from it is old then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from queues.ranks import Indices, in_order

NEVER = float("-inf")
"""The time of what didn't happen yet."""
FIRST_ROWS = 64
FIRST_SKILLS = 16
NUMBERS = ("cost", "idle_since", "talk_s", "offered_at", "load", "room", "calls")

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Candidate:
    """An agent who may be offered callers."""

    extension: str
    skills: Mapping[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    """Empty: nobody said, so any."""
    cost: float = 1.0
    capacity: int = 1
    """Calls at a time; what is left of it is `capacity - load`."""
    load: int = 0
    """Calls in hand or offered."""
    idle_since: float = NEVER
    """Seconds, on the clock of `now`: the end of the last talk, or when the agent became ready."""
    calls: int = 0
    """Taken today."""
    talk_s: float = 0.0
    """Talked today."""
    offered_at: float = NEVER
    """The last offer, for round robin."""


class Candidates:
    """All agents, and the arrays that say the same by row."""

    def __init__(self, candidates: Iterable[Candidate] = ()) -> None:
        """`candidates` in any order."""
        self.version = 0
        """Rises whenever somebody fits other callers than before."""
        self.extensions = [""] * FIRST_ROWS
        """By row; "" where nobody is."""
        self._row_of: dict[str, int] = {}
        self._known: dict[str, Candidate] = {}
        self._unused = list(range(FIRST_ROWS - 1, -1, -1))
        self._in_order: Indices | None = None
        """Rows in the order of extensions, once that is worked out."""
        self._rooms = FIRST_ROWS
        self._skills: dict[str, int] = {}
        self.levels = np.zeros((FIRST_SKILLS, FIRST_ROWS), dtype=np.int8)
        """Everybody's level of each skill: skill by row; of skill 0 nobody has any."""
        self._speakers: dict[str, Bools] = {}
        self.cost, self.idle_since, self.talk_s, self.offered_at = (np.zeros(FIRST_ROWS) for _ in range(4))
        self.load, self.room, self.calls = (np.zeros(FIRST_ROWS, dtype=np.int64) for _ in range(3))
        self._there, self._any_language = (np.zeros(FIRST_ROWS, dtype=np.bool_) for _ in range(2))
        for candidate in candidates:
            self.put(candidate)

    def __len__(self) -> int:
        """Return how many agents there are, free or not."""
        return len(self._known)

    def get(self, extension: str) -> Candidate | None:
        """Return what was put for an extension."""
        return self._known.get(extension)

    def row(self, extension: str) -> int:
        """Return the row of an agent, -1 for none."""
        return self._row_of.get(extension, -1)

    def put(self, candidate: Candidate) -> None:
        """Add an agent, or replace what was known of one."""
        before = self._known.get(candidate.extension)
        self._known[candidate.extension] = candidate
        row = self._row_of.get(candidate.extension)
        if row is None:
            row = self._settle(candidate.extension)
        if before is None or before.skills != candidate.skills or before.languages != candidate.languages:
            self._learn(row, candidate)
        self.cost[row] = candidate.cost
        self.load[row] = candidate.load
        self.room[row] = max(0, candidate.capacity - candidate.load)
        self.idle_since[row] = candidate.idle_since
        self.calls[row] = candidate.calls
        self.talk_s[row] = candidate.talk_s
        self.offered_at[row] = candidate.offered_at

    def drop(self, extension: str) -> None:
        """Forget an agent; one who isn't known is forgotten already."""
        if self._known.pop(extension, None) is None:
            return
        row = self._row_of.pop(extension)
        self.extensions[row] = ""
        self.room[row] = 0
        self._forget(row)
        self._unused.append(row)
        self._in_order = None

    def skill(self, name: str) -> int:
        """Return the row of a skill in `levels`; 0, where everybody's level is 0, if nobody has it."""
        return self._skills.get(name, 0)

    def fitting(self, needs: Iterable[tuple[str, int]], language: str) -> Bools:
        """Return by row who has these levels (0: not needed) and speaks `language` ("": any)."""
        fit = self._there.copy()
        for skill, level in needs:
            if level > 0:
                fit &= self.levels[self.skill(skill)] >= level
        if language:
            speaks = self._speakers.get(language)
            fit &= self._any_language if speaks is None else speaks | self._any_language
        return fit

    def places(self) -> tuple[Indices, NDArray[np.int64]]:
        """Return the rows that can take a caller, once for each caller they can take, and the load of each place.

        The order decides ties: those with fewer calls in hand first, then the longest idle, then the lower extension.
        """
        if self._in_order is None:
            self._in_order = np.array([self._row_of[extension] for extension in sorted(self._row_of)], dtype=np.intp)
        room = self.room[self._in_order]
        rows = self._in_order[room > 0]
        load = self.load[rows]
        if room.max(initial=0) > 1:
            room = room[room > 0]
            rows = np.repeat(rows, room)
            nth = np.arange(rows.size) - np.repeat(np.cumsum(room) - room, room)
            load = np.repeat(load, room) + nth
        by = in_order(self.idle_since[rows], load if load.max(initial=0) > 0 else None)
        return rows[by], load[by]

    def _settle(self, extension: str) -> int:
        if not self._unused:
            self._grow()
        row = self._unused.pop()
        self._row_of[extension] = row
        self.extensions[row] = extension
        self._in_order = None
        return row

    def _learn(self, row: int, candidate: Candidate) -> None:
        self._forget(row)
        self._there[row] = True
        for skill, level in candidate.skills.items():
            if skill not in self._skills:
                self._skills[skill] = len(self._skills) + 1
                if len(self._skills) == len(self.levels):
                    self.levels = np.concatenate((self.levels, np.zeros_like(self.levels)))
            self.levels[self._skills[skill], row] = level
        for language in candidate.languages:
            if language not in self._speakers:
                self._speakers[language] = np.zeros(self._rooms, dtype=np.bool_)
            self._speakers[language][row] = True
        self._any_language[row] = not candidate.languages

    def _forget(self, row: int) -> None:
        self._there[row] = self._any_language[row] = False
        self.levels[:, row] = 0
        for speakers in self._speakers.values():
            speakers[row] = False
        self.version += 1

    def _grow(self) -> None:
        """Double the rows."""
        before, self._rooms = self._rooms, 2 * self._rooms
        self.version += 1
        self._in_order = None
        self._unused += range(self._rooms - 1, before - 1, -1)
        self.extensions += [""] * before
        for name in (*NUMBERS, "_there", "_any_language", "levels"):
            column = getattr(self, name)
            setattr(self, name, np.concatenate((column, np.zeros_like(column)), axis=-1))
        for language, speakers in self._speakers.items():
            self._speakers[language] = np.concatenate((speakers, np.zeros_like(speakers)))
