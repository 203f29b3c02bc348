"""Where turns say what a rule's examples mean: their sentences and clauses, those that go on in the next turn, and what
else may have been heard. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from quality.conversation import Stretch, Turn
from quality.evidence import Alike, Evidence, of_turn
from quality.meaning import judged, may_be_named
from quality.negation import denies
from quality.phrases import pieces_of, sentences_of
from quality.question import ends_asking

MOST_TURNS = 3
"""Over so many turns one sentence goes at most."""
TOGETHER = 0.12
"""So much liker it must be: two sentences put together are a little like many things."""
_ENDS, _COMMA = ".!。！,，;； ", {"zh": "，"}


@dataclass(frozen=True)
class Piece:
    """A sentence or a clause, of a turn's text or of what else was heard; or one that goes on in the next turn."""

    turn: Turn
    text: str
    """All of which it is a piece."""
    begin: int
    end: int
    rest: "Piece | None" = None
    """How it goes on after a pause."""

    @property
    def words(self) -> str:
        own = self.text[self.begin : self.end]
        return f"{own.rstrip(_ENDS)}{_COMMA.get(self.turn.language, ', ')}{self.rest.words}" if self.rest else own

    def evidence(self, likeness: float) -> Evidence:
        when = Stretch(self._when().start, self._last()._when().end)
        return of_turn(self.turn, self.words.strip(), round(likeness, 3), when)

    def _last(self) -> "Piece":
        return self.rest._last() if self.rest else self

    def _when(self) -> Stretch:
        scale = len(self.turn.text) / max(len(self.text), 1)
        return self.turn.when(round(self.begin * scale), round(self.end * scale))


def pieces_in(turns: Sequence[Turn]) -> list[Piece]:
    """Return the sentences and clauses of each turn."""
    return [Piece(turn, turn.text, *place) for turn in turns for place in pieces_of(turn.text)]


def spread_over(turns: Sequence[Turn], going_on: Mapping[int, Turn]) -> list[Piece]:
    """Return what is begun in one of `turns` and goes on in the next of its speaker, or the next two.

    `going_on`: by a turn's number its next one. Who asked something has ended there.
    """
    return [piece for turn in turns for piece in _begun_in(turn, going_on)]


def _begun_in(turn: Turn, going_on: Mapping[int, Turn]) -> Iterator[Piece]:
    """The last sentence of a turn with the first of the next one; where that is all of it, with the one after, too."""
    last = sentences_of(turn.text)[-1:]
    row = [Piece(turn, turn.text, *place) for place in last]
    while row and len(row) < MOST_TURNS and not _asks(row[-1]) and row[-1].turn.number in going_on:
        following = going_on[row[-1].turn.number]
        sentences = sentences_of(following.text)
        if not sentences:
            return
        row.append(Piece(following, following.text, *sentences[0]))
        yield _in_a_row(row)
        if len(sentences) > 1:
            return


def _in_a_row(row: Sequence[Piece]) -> Piece:
    rest = _in_a_row(row[1:]) if len(row) > 1 else None
    return replace(row[0], rest=rest)


def _asks(piece: Piece) -> bool:
    return ends_asking(piece.words, piece.turn.language)


@dataclass(frozen=True)
class Meaning:
    """What a rule's examples in one language mean."""

    examples: tuple[str, ...]
    unlike: tuple[str, ...]
    """What is near and isn't meant."""
    bar: float
    """Likeness from which it counts."""
    language: str

    def said_in(self, turns: Sequence[Turn], alike: Alike, going_on: Mapping[int, Turn]) -> list[Evidence]:
        """Return the likest piece of each turn that means it.

        What goes on in the next turn counts only where no turn says it by itself, what else was heard only where
        neither does. `going_on`: as `Conversation.going_on`.
        """
        found = list(self._judged(pieces_in(turns), alike))
        if likest := _likest(found):
            return likest
        whole = replace(self, bar=self.bar + TOGETHER)
        return _likest(whole._judged(spread_over(turns, going_on), alike)) or _likest(
            self._otherwise([piece for piece, _, near in found if near], alike)
        )

    def _judged(self, pieces: Sequence[Piece], alike: Alike, less: float = 0.0) -> Iterator[tuple[Piece, float, bool]]:
        """Yield each piece with its likeness and whether it is near. Only what denies is compared with what denies."""
        for denied in (False, True):
            examples, unlike = self._sides(denied)
            some = [one for one in pieces if denies(one.words, self.language) is denied]
            if some and examples:
                said = [one.words for one in some]
                found = judged(said, examples, unlike, self.bar, self.language, alike, less)
                yield from ((piece, one.like, one.near) for piece, one in zip(some, found, strict=True))

    def _otherwise(self, near: Sequence[Piece], alike: Alike) -> Iterator[tuple[Piece, float, bool]]:
        """Return what else may have been heard in turns with a piece that is near, and how like it is."""
        instead = {piece.turn.number: piece for piece in near}
        others = [
            Piece(piece.turn, text, *place)
            for piece in instead.values() for text in piece.turn.others for place in pieces_of(text)
        ]  # fmt: skip
        hopeful = [one for one in others if self._may_be_named(one.words, instead[one.turn.number].words)]
        return self._judged(hopeful, alike, alike.bounds(self.language).otherwise)

    def _may_be_named(self, said: str, instead: str) -> bool:
        return may_be_named(said, instead, *self._sides(denies(said, self.language)), self.language)

    def _sides(self, denied: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        examples, unlike = (
            tuple(one for one in texts if denies(one, self.language) is denied)
            for texts in (self.examples, self.unlike)
        )
        return examples, unlike


def _likest(found: Iterable[tuple[Piece, float, bool]]) -> list[Evidence]:
    """Of each turn; of equally like pieces the shortest says best where it is."""
    likest: dict[int, tuple[float, int, Piece]] = {}
    for piece, like, _ in found:
        rank = like, piece.begin - piece.end
        if like > 0 and rank > likest.get(piece.turn.number, (0.0, 0))[:2]:
            likest[piece.turn.number] = *rank, piece
    return [piece.evidence(like) for like, _, piece in likest.values()]
