"""A long number that is said in two or three pieces, with a silence between them that ended the answer. Pure."""

from typing import TYPE_CHECKING

from asr_tts.spoken_digits import digits_of
from dialplans.exchange import KeysWanted
from dialplans.keying import keys_for

if TYPE_CHECKING:
    from dialplans.answers import Reader
    from dialplans.verbs.question import QuestionStep

SHORTEST = 6
"""Digits from which people give a number in groups."""
LEAST = 2
"""Digits of a piece: a lone one was more likely misheard."""
MISSING = 2
"""Digits that are missing at least: one may be missing because it wasn't heard, and then nobody goes on."""


def pieces_of(question: "QuestionStep", reader: "Reader", before: str, text: str) -> str:
    """Return the digits given so far where `text` goes on from `before` and more are to come, else "".

    Only a question for one number of known length waits for more, and only nothing but digits is a piece of it.
    """
    wanted = question.wants(reader) if question.expects(reader) == "digits" else ()
    keys = keys_for(wanted[0].kind) if len(wanted) == 1 else ()
    said = digits_of(text)
    if not isinstance(keys, KeysWanted) or keys.least != keys.most or keys.least < SHORTEST or len(said) < LEAST:
        return ""
    so_far = before + said
    return so_far if len(so_far) <= keys.least - MISSING else ""
