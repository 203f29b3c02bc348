"""Word error rate between what was said and what was understood, after the usual normalisation of spelling."""

import re
from collections.abc import Sequence

_SAME = {
    "im": "i am", "i'm": "i am", "you're": "you are", "you've": "you have", "we're": "we are", "that's": "that is",
    "can't": "cannot", "it's": "it is", "don't": "do not", "0": "zero", "1": "one", "2": "two", "3": "three",
    "4": "four", "5": "five", "6": "six", "7": "seven", "8": "eight", "9": "nine", "mailbox": "mail box",
    "rerecord": "re record", "log": "log", "ok": "okay",
}  # fmt: skip


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case, without punctuation, small numbers and contractions written out."""
    plain = re.sub(r"[^a-z0-9' ]+", " ", text.lower().replace("’", "'"))
    spelled = [_SAME.get(word.strip("'"), word.strip("'")) for word in plain.split()]
    return " ".join(spelled).split()


def errors(said: Sequence[str], understood: Sequence[str]) -> int:
    """Return the least number of words to insert, delete or replace (Levenshtein)."""
    row = list(range(len(understood) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(understood, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
