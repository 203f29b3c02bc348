"""Values in what was said: digits in words, yes or no. English and Chinese."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from knowledge.wording import plain, units

DIGITS = {
    "en": {"zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4",
           "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"},
    "zh": {"零": "0", "〇": "0", "洞": "0", "一": "1", "幺": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5",
           "六": "6", "七": "7", "八": "8", "九": "9"},
}  # fmt: skip
TEENS = {"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
         "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19"}  # fmt: skip
TENS = {"twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8",
        "ninety": "9"}  # fmt: skip
TIMES = {"double": 2, "triple": 3, "treble": 3}
YES = {
    "en": ("yes", "yeah", "yep", "yup", "sure", "correct", "right", "that is right", "of course", "okay", "ok",
           "indeed", "please do", "absolutely", "exactly", "uh huh", "i do", "it is", "go ahead"),
    "zh": ("是", "是的", "对", "对的", "好", "好的", "可以", "没错", "嗯", "行", "要", "需要", "正确", "当然",
           "没问题"),
}  # fmt: skip
NO = {
    "en": ("no", "nope", "nah", "not", "wrong", "incorrect", "never", "no thanks", "i do not", "it is not"),
    "zh": ("不", "不是", "不对", "不要", "不用", "没有", "不行", "错", "否", "错了", "不可以", "不需要"),
}


def digits_in(text: str, language: str) -> str:
    """Return the digits said in `text`, in any grouping ("double five", "forty two", "幺"), or ""."""
    return _digits_zh(text) if language == "zh" else _digits_en(text)


def _digits_en(text: str) -> str:
    found, times, ten = "", 1, ""
    for word in re.findall(r"[a-z]+|\d+", plain(text).replace(",", "")):
        if word in TIMES:
            times = TIMES[word]
            continue
        if word in TENS:
            found, ten = found + ten * bool(ten) + ("0" if ten else ""), TENS[word]
            continue
        digit = word if word.isdigit() else DIGITS["en"].get(word) or TEENS.get(word, "")
        if ten:
            found += ten if len(digit) == 1 and digit != "0" else ten + "0"
            ten = ""
        found += digit * (times if len(digit) == 1 else 1)
        times = 1
    return found + (ten + "0" if ten else "")


def _digits_zh(text: str) -> str:
    return "".join(DIGITS["zh"].get(sign, sign if sign.isdigit() else "") for sign in text)


def yes_or_no(text: str, language: str) -> tuple[bool | None, float]:
    """Return whether `text` agrees (None: neither is clear), and how sure that is (0-1)."""
    said = plain(text)
    if language == "zh":
        said = "".join(said.split())
        no = max((len(word) for word in NO["zh"] if word in said), default=0)
        yes = max((len(word) for word in YES["zh"] if word in said), default=0)
        if "没错" in said or "没问题" in said:
            return True, 0.95
        if no:
            return False, 0.95 if len(said) <= 6 else 0.7
        return (True, 0.95 if len(said) <= 6 else 0.65) if yes else (None, 0.0)
    words = said.split()
    no_words = any(f" {word} " in f" {said} " for word in NO["en"])
    yes_words = any(f" {word} " in f" {said} " for word in YES["en"])
    if yes_words and no_words:
        first = words[0]
        if first in YES["en"] and "not" not in words:
            return True, 0.6
        return (False, 0.8) if first in NO["en"] or "not" in words else (None, 0.0)
    if not yes_words and not no_words:
        return None, 0.0
    return yes_words, 0.95 if len(words) <= 4 else 0.7


def choice_of(text: str, phrases: Sequence[tuple[str, ...]], language: str) -> tuple[int, float]:
    """Return which group of phrases `text` is nearest to (-1: none) and how sure that is (0-1)."""
    said = units(text, language)
    if not said:
        return -1, 0.0
    scores = [max((_nearness(said, units(phrase, language)) for phrase in group), default=0.0) for group in phrases]
    if not scores:
        return -1, 0.0
    best = max(range(len(scores)), key=lambda index: scores[index])
    rivals = [score for index, score in enumerate(scores) if index != best]
    if scores[best] < 0.6 or any(scores[best] - score < 0.05 for score in rivals):
        return -1, scores[best]
    return best, scores[best]


def _nearness(said: tuple[str, ...], phrase: tuple[str, ...]) -> float:
    if not phrase:
        return 0.0
    matcher = SequenceMatcher(None, said, phrase, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks()) / len(phrase)
    letters = SequenceMatcher(None, " ".join(said), " ".join(phrase), autojunk=False).ratio()
    # A phrase that was said in full among other words is the answer; a part of it has to be most of what was said.
    return max(0.8 * shared + 0.2 * letters if shared == 1 else 0.6 * shared, letters * 0.95)


def spelled(digits: str, language: str) -> str:
    """Return `digits` one by one, so that no voice makes a number of them."""
    return (" " if language == "en" else "，").join(digits)
