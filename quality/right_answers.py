"""Whether what callers ask is answered as the knowledge base answers it, by the articles of that time. Pure.

A question is a turn of the caller that an article answers, or that has an intent for which the rule names one. Its
answer is what our side says until the next such question, for so many seconds. It is wrong where it states another
amount, date, hour or span than the article, says yes where that says no, or denies what that says; right where it means
what a sentence of the article means, or states the same values; missing where nothing in it is near; else doubtful.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from knowledge.entry import Entry
from quality.conversation import Turn, Who
from quality.evidence import Alike, Evidence, Subject, Verdict, of_turn
from quality.negation import denies
from quality.phrases import pieces_of
from quality.question import ends_asking
from quality.stated import Stated, contradicted, stated

Judgement = Literal["right", "wrong", "doubtful", "missing"]
ACCEPTED: tuple[Judgement, ...] = ("right", "doubtful")
WITHIN_S = 60.0
"""Seconds after the question in which an answer is looked for."""
RIGHT = {"en": 0.6, "zh": 0.6}
"""Likeness of what is said to a sentence of the article from which it says the same."""
NEAR = {"en": 0.38, "zh": 0.38}
"""From which it is about the same: the values in it count."""
SAME = {"en": 0.62, "zh": 0.62}
"""From which a sentence that denies contradicts one that doesn't."""
STATES_IT = 0.15
_YES = {
    "en": re.compile(r"^\W*(?:yes|yeah|sure|certainly|of course|you can|that is possible)\b", re.I),
    "zh": re.compile(r"^\W*(?:是的|可以|能|能的|有的|当然|没问题|行)(?!不)"),
}
_NO = {
    "en": re.compile(r"^\W*(?:no|nope|unfortunately not|i am afraid not|you can(?:no|')t|that isn't possible)\b", re.I),
    "zh": re.compile(r"^\W*(?:不是|不可以|不能|不行|没有|不会|很抱歉，?不|抱歉，?不|暂时不)"),
}
_CLOSED = {"en": re.compile(r"\b(?:closed?|shut|excluded?)\b"), "zh": re.compile(r"关门|休息|不营业|除外")}
"""What says the opposite without denying."""


@dataclass(frozen=True)
class Asked:
    """A question and the article that answers it."""

    turn: Turn
    article: Entry


@dataclass(frozen=True)
class Answered:
    """What became of a question."""

    asked: Asked
    judgement: Judgement
    why: str
    """In what it is wrong; "" otherwise."""
    turn: Turn | None
    """Where the answer is told from; None: nobody said anything."""
    words: str = ""
    likeness: float = 0.0

    def evidence(self) -> Evidence:
        """Return it as evidence: the words of the answer, or where there is none, the question."""
        verdict = f"{self.judgement}: {self.why}" if self.why else self.judgement
        article = f"{self.asked.article.article_id}@{self.asked.article.version}"
        found = of_turn(self.turn or self.asked.turn, self.words, round(self.likeness, 3))
        if self.turn and self.words and (at := self.turn.text.find(self.words)) >= 0:
            when = self.turn.when(at, at + len(self.words))
            found = of_turn(self.turn, self.words, round(self.likeness, 3), when)
        return Evidence(
            found.start, found.end, found.words, found.turn, found.speaker, found.value, article, verdict
        )  # fmt: skip


@dataclass(frozen=True)
class Asks:
    """The caller asks what an article of the knowledge base answers."""

    tags: tuple[str, ...] = ()
    """Only articles with one of these; none: any."""
    articles: Mapping[str, str] = field(default_factory=dict)
    """By intent of the caller's turn: the article that answers it, without a search."""

    def of(self, subject: Subject) -> Verdict:
        found = tuple(
            Evidence(one.turn.start, one.turn.end, one.turn.text, one.turn.number, one.turn.speaker,
                     article=f"{one.article.article_id}@{one.article.version}")
            for one in self.questions(subject)
        )  # fmt: skip
        return Verdict(bool(found), found)

    def questions(self, subject: Subject) -> Iterator[Asked]:
        """Yield what is asked; the same article once in a row."""
        last = ""
        for turn in subject.conversation.said_by("caller"):
            if not subject.covers(turn.start) or not turn.text or turn.text.isdecimal():
                continue
            named = self.articles.get(turn.intent, "")
            article = (
                subject.known.article(named) if named
                else subject.known.answering(turn.text, turn.language, self.tags)
            )  # fmt: skip
            if article is not None and article.article_id != last:
                last = article.article_id
                yield Asked(turn, article)


@dataclass(frozen=True)
class AnswersRight:
    """Every such question is answered as its article does."""

    asks: Asks = Asks()
    who: Who = "ours"
    within_s: float = WITHIN_S
    accept: tuple[Judgement, ...] = ACCEPTED

    def of(self, subject: Subject) -> Verdict:
        answers = self.answers(subject)
        bad = [one for one in answers if one.judgement not in self.accept]
        return Verdict(not bad, tuple(one.evidence() for one in bad or answers))

    def answers(self, subject: Subject) -> list[Answered]:
        """Return what became of each question."""
        questions = list(self.asks.questions(subject))
        ends = [one.turn.start for one in questions[1:]] + [float("inf")]
        return [self._answered(subject, one, end) for one, end in zip(questions, ends, strict=True)]

    def too_late(self, subject: Subject) -> bool:
        """Tell whether a bad answer stays one however a running conversation goes on."""
        bad = [one for one in self.answers(subject) if one.judgement not in self.accept]
        return any(
            one.judgement == "wrong" or one.asked.turn.end + self.within_s < subject.end for one in bad
        )  # fmt: skip

    def _answered(self, subject: Subject, asked: Asked, end: float) -> Answered:
        latest = min(end, asked.turn.end + self.within_s)
        turns = [
            turn
            for turn in subject.conversation.said_by(self.who)
            if turn is not asked.turn and turn.text and asked.turn.start < turn.start < latest
        ]
        return judged(asked, turns, subject.alike)


@dataclass(frozen=True)
class _Piece:
    turn: Turn
    text: str
    likeness: float
    """To the likest sentence of the article."""
    denies: bool
    values: frozenset[Stated]


def judged(asked: Asked, turns: Sequence[Turn], alike: Alike) -> Answered:
    """Compare what is said in `turns` with the article."""
    article, language = asked.article, asked.article.language
    true = _sentences(article)
    pieces = list(_pieces(turns, true, language, alike))
    if not pieces:
        return Answered(asked, "missing", "", None)
    best = max(pieces, key=lambda one: one.likeness)
    if found := _wrong(article, pieces, true, alike):
        piece, why = found
        return Answered(asked, "wrong", why, piece.turn, piece.text, piece.likeness)
    values = {value for one in true for value in stated(one, language)}
    near = NEAR.get(language, 0.4)
    agrees = any(one.values & values and one.likeness >= near for one in pieces)
    judgement: Judgement = "missing"
    if best.likeness >= RIGHT.get(language, 0.6) or agrees:
        judgement = "right"
    elif best.likeness >= near or any(one.values & values for one in pieces):
        judgement = "doubtful"
    return Answered(asked, judgement, "", best.turn, best.text, best.likeness)


def _sentences(article: Entry) -> tuple[str, ...]:
    """The sentences and clauses of an article's answers."""
    return tuple(
        dict.fromkeys(
            text[begin:end].strip() for text in (article.short, article.long) for begin, end in pieces_of(text)
        )
    )


def _pieces(turns: Sequence[Turn], true: Sequence[str], language: str, alike: Alike) -> Iterator[_Piece]:
    said = [(turn, turn.text[begin:end].strip()) for turn in turns for begin, end in pieces_of(turn.text)]
    likeness = alike([text for _, text in said], true, language)
    for (turn, text), like in zip(said, likeness, strict=True):
        yield _Piece(turn, text, like, _opposes(text, language), stated(text, language))


def _opposes(text: str, language: str) -> bool:
    return denies(text, language) or bool(_CLOSED[language].search(text.lower()) if language in _CLOSED else False)


def _wrong(
    article: Entry, pieces: Sequence[_Piece], true: Sequence[str], alike: Alike
) -> tuple[_Piece, str] | None:  # fmt: skip
    """Return what contradicts the article, and in what."""
    language = article.language
    affirmed = [one for one in true if not _opposes(one, language)]
    values = {value for one in affirmed for value in stated(one, language)}
    for piece in pieces:
        near = piece.likeness >= NEAR.get(language, 0.4) and not piece.denies
        if near and (others := contradicted(piece.values, values)):
            return piece, ", ".join(sorted({one.kind for one in others}))
    if found := _yes_for_no(article, pieces[0]):
        return found
    all_values = {value for one in true for value in stated(one, language)}
    for piece in pieces:
        other = [one for one in true if _opposes(one, language) != piece.denies]
        same = tuple(one for one in true if _opposes(one, language) == piece.denies)
        if not other or ends_asking(piece.text, language):
            continue
        against = float(alike([piece.text], tuple(other), language)[0])
        with_it = float(alike([piece.text], same, language)[0]) if same else 0.0
        # What states the same value is rather said in other words than denied.
        bar = SAME.get(language, 0.6) + (STATES_IT if piece.values & all_values else 0.0)
        if against >= bar and against > with_it:
            return piece, "denial" if piece.denies else "no denial"
    return None


def _yes_for_no(article: Entry, first: _Piece) -> tuple[_Piece, str] | None:
    language = article.language
    if language not in _YES:
        return None
    begins = [bool(pattern[language].search(article.short)) for pattern in (_YES, _NO)]
    says = [bool(pattern[language].search(first.text)) for pattern in (_YES, _NO)]
    if begins[0] and says[1] and not says[0]:
        return first, "no instead of yes"
    if begins[1] and says[0] and not says[1]:
        return first, "yes instead of no"
    return None
