"""A row of digits against the question that asks for it: as many as it wants, its check digit right. Pure."""

from collections.abc import Sequence

from asr_tts.check_digits import CHECKS, WITH_X
from asr_tts.recognition import Question
from asr_tts.spoken_digits import row_in

UNKNOWN = "…"
"""How an ear for values writes speech that is none of its words."""


def fits(text: str, question: Question) -> bool:
    """Tell whether `text` says as many digits as `question` asks for."""
    return question.least <= len(signs_of(text, question)) <= (question.most or question.least)


def is_kept(text: str, question: Question) -> bool:
    """Tell whether the check digit of what `text` says is right; so is every one where none is asked for."""
    check = CHECKS.get(question.check)
    return check is None or check(signs_of(text, question))


def signs_of(text: str, question: Question) -> str:
    """Return the digits of `text`, and the X that is the last sign of some numbers: a word that nobody expects."""
    digits = row_in(text)
    last = text.rstrip(" .。，,")[-1:]
    return f"{digits}X" if question.check in WITH_X and digits and last in (*"Xx叉", UNKNOWN) else digits


def best_of(texts: Sequence[str], question: Question) -> int:
    """Return which of `texts`, the likeliest first, answers `question` best: fits and is kept, fits, or is first."""
    fitting = [place for place, text in enumerate(texts) if fits(text, question)]
    kept = (place for place in fitting if is_kept(texts[place], question))
    return next(kept, fitting[0] if fitting else 0)
