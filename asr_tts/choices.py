"""Maps what was heard onto the answers of a closed question. Pure.

English is compared by letters (rapidfuzz), Chinese by toneless pinyin, which was right 20 of 20 times where the
signs were not. A phrase that is said inside a longer answer counts nearly as much as the bare phrase.
"""

from rapidfuzz import fuzz

from asr_tts.closed_words import AGREEING, REFUSING
from asr_tts.heard_text import is_chinese, pinyin, plain
from asr_tts.recognition import Question
from asr_tts.spoken_digits import digits_of

YES, NO = 0, 1
"""The indices of the answers to a yes/no question."""
NEAR = 0.72
"""Score from which a phrase counts as said."""
APART = 0.06
"""By so much the best phrase must be better than the next, or it is a guess."""
_WITHIN = 0.95
_YES = tuple(plain(phrase) for phrases in AGREEING.values() for phrase in phrases)
_NO = tuple(plain(phrase) for phrases in REFUSING.values() for phrase in phrases)
_NEITHER = ("dont know", "not sure", "no idea", "不知道", "不清楚", "不确定", "不好说")


def choose(text: str, question: Question) -> tuple[int, float]:
    """Return (index, score 0-1) of the answer that `text` is; (-1, best score) where it is none of them.

    yes_no: 0 is yes, 1 is no, or the index into the two `phrases` given. digits: the index into `phrases` of the
    same digits. list: the index into `phrases`. Open questions, values and dictation: always -1.
    """
    if not text or question.kind in ("open", "dictation", "money", "moment"):
        return -1, 0.0
    if question.kind == "yes_no" and len(question.phrases) != 2:
        return yes_or_no(text)
    if question.kind == "digits":
        said = digits_of(text)
        wanted = [digits_of(phrase) for phrase in question.phrases]
        return (wanted.index(said), 1.0) if said and said in wanted else (-1, 0.0)
    index, score = _nearest(text, question.phrases)
    if index < 0 and question.kind == "yes_no":
        return yes_or_no(text)
    return index, score


def surer(of_words: float, choice: int, score: float) -> float:
    """A clear answer to a closed question is surer than its words, and a far-fetched one less sure."""
    return round(max(of_words, score * 0.9) if choice >= 0 and score > 0.9 else of_words, 3)


def yes_or_no(text: str) -> tuple[int, float]:
    """0 for yes, 1 for no, -1 for neither; beginnings count most ("no, I don't think so", "yes I would")."""
    said = plain(text)
    if not said or any(words in said for words in _NEITHER):
        return -1, 0.0
    yes, no = max(_agrees(said, phrase) for phrase in _YES), max(_agrees(said, phrase) for phrase in _NO)
    if max(yes, no) < NEAR or abs(yes - no) < APART / 2:
        return -1, max(yes, no)
    return (YES, yes) if yes > no else (NO, no)


def _agrees(said: str, phrase: str) -> float:
    """How far `said` is `phrase`, or begins with it; the longer the beginning, the surer ("不是" over "不")."""
    if said == phrase:
        return 1.0
    if is_chinese(phrase):
        squeezed = said.replace(" ", "")
        if squeezed.startswith(phrase):
            return 0.8 + 0.1 * min(1.0, len(phrase) / len(squeezed))
        return 0.75 if pinyin(squeezed) == pinyin(phrase) else 0.0
    if said.startswith(phrase + " "):
        return 0.8 + 0.1 * min(1.0, len(phrase) / len(said))
    if f" {phrase} " in f" {said} " and len(phrase) > 3:
        return 0.76
    whole = fuzz.ratio(said, phrase) / 100
    return whole * 0.9 if len(phrase) > 3 else 0.0


def _nearest(text: str, phrases: tuple[str, ...]) -> tuple[int, float]:
    scores = [_likeness(text, phrase) for phrase in phrases]
    if not scores:
        return -1, 0.0
    best = max(range(len(scores)), key=scores.__getitem__)
    others = [score for place, score in enumerate(scores) if place != best]
    if scores[best] < NEAR or (others and scores[best] - max(others) < APART):
        return -1, scores[best]
    return best, scores[best]


def _likeness(text: str, phrase: str) -> float:
    said, wanted = plain(text), plain(phrase)
    if is_chinese(phrase):
        return _alike(pinyin(said), pinyin(wanted), words=False)
    digits = digits_of(said)
    if digits and digits == digits_of(wanted):
        return 1.0
    return _alike(said, wanted, words=True)


def _alike(said: str, wanted: str, *, words: bool) -> float:
    if not said or not wanted:
        return 0.0
    whole = fuzz.ratio(said, wanted) / 100
    if len(said) <= len(wanted):
        return whole
    if f" {wanted} " in f" {said} ":
        return max(whole, _WITHIN)
    partial = fuzz.partial_ratio(said, wanted) / 100
    # A short word is found by chance inside any sentence.
    return max(whole, partial * 0.85 if len(wanted) >= 6 or not words else 0.0)
