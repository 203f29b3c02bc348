"""Where turns say what a rule's examples mean: their sentences and clauses, and what else may have been heard. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quality.conversation import Turn
from quality.evidence import Alike, Evidence, of_turn
from quality.meaning import OTHERWISE, judged, may_be_named
from quality.negation import denies
from quality.phrases import pieces_of


@dataclass(frozen=True)
class _Piece:
    """A sentence or a clause, of a turn's text or of what else was heard."""

    turn: Turn
    text: str
    """All of which it is a piece."""
    begin: int
    end: int

    @property
    def words(self) -> str:
        return self.text[self.begin : self.end]

    def evidence(self, likeness: float) -> Evidence:
        scale = len(self.turn.text) / max(len(self.text), 1)
        when = self.turn.when(round(self.begin * scale), round(self.end * scale))
        return of_turn(self.turn, self.words.strip(), round(likeness, 3), when)


@dataclass(frozen=True)
class Meaning:
    """What a rule's examples in one language mean."""

    examples: tuple[str, ...]
    unlike: tuple[str, ...]
    """What is near and isn't meant."""
    bar: float
    """Likeness from which it counts."""
    language: str

    def said_in(self, turns: Sequence[Turn], alike: Alike) -> list[Evidence]:
        """Return the likest piece of each turn that means it; of what else was heard only where no text does."""
        pieces = [_Piece(turn, turn.text, *place) for turn in turns for place in pieces_of(turn.text)]
        found = list(self._judged(pieces, alike))
        likest = _likest((piece, like) for piece, like, _ in found)
        return likest or _likest(self._otherwise([piece for piece, _, near in found if near], alike))

    def _judged(
        self, pieces: Sequence[_Piece], alike: Alike, less: float = 0.0
    ) -> Iterator[tuple[_Piece, float, bool]]:
        """Yield each piece with its likeness and whether it is near. Only what denies is compared with what denies."""
        for denied in (False, True):
            examples, unlike = self._sides(denied)
            some = [one for one in pieces if denies(one.words, self.language) is denied]
            if some and examples:
                said = [one.words for one in some]
                found = judged(said, examples, unlike, self.bar, self.language, alike, less)
                yield from ((piece, one.like, one.near) for piece, one in zip(some, found, strict=True))

    def _otherwise(self, near: Sequence[_Piece], alike: Alike) -> Iterator[tuple[_Piece, float]]:
        """Return what else may have been heard in turns with a piece that is near, and how like it is."""
        instead = {piece.turn.number: piece for piece in near}
        others = [
            _Piece(piece.turn, text, *place)
            for piece in instead.values() for text in piece.turn.others for place in pieces_of(text)
        ]  # fmt: skip
        hopeful = [one for one in others if self._may_be_named(one.words, instead[one.turn.number].words)]
        return ((piece, like) for piece, like, _ in self._judged(hopeful, alike, OTHERWISE))

    def _may_be_named(self, said: str, instead: str) -> bool:
        return may_be_named(said, instead, *self._sides(denies(said, self.language)), self.language)

    def _sides(self, denied: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        examples, unlike = (
            tuple(one for one in texts if denies(one, self.language) is denied)
            for texts in (self.examples, self.unlike)
        )
        return examples, unlike


def _likest(found: Iterator[tuple[_Piece, float]]) -> list[Evidence]:
    """Of each turn; of equally like pieces the shortest says best where it is."""
    likest: dict[int, tuple[float, int, _Piece]] = {}
    for piece, like in found:
        rank = like, piece.begin - piece.end
        if like > 0 and rank > likest.get(piece.turn.number, (0.0, 0))[:2]:
            likest[piece.turn.number] = *rank, piece
    return [piece.evidence(like) for like, _, piece in likest.values()]
