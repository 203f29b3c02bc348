"""Digits as people say them, in English, Chinese and Korean: "double five oh", "triple two", "幺三八". Pure."""

import re

from asr_tts.heard_text import is_chinese, pinyin, plain

_ENGLISH = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "nil": "0",
    "one": "1", "won": "1", "two": "2", "to": "2", "too": "2", "three": "3", "four": "4", "for": "4", "fore": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "ate": "8", "nine": "9", "niner": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8", "ninety": "9"
}  # fmt: skip
_CHINESE = {
    "零": "0", "〇": "0", "洞": "0", "一": "1", "幺": "1", "壹": "1", "腰": "1", "二": "2", "两": "2", "贰": "2",
    "三": "3", "叁": "3", "四": "4", "肆": "4", "五": "5", "伍": "5", "六": "6", "陆": "6", "七": "7", "柒": "7",
    "拐": "7", "八": "8", "捌": "8", "九": "9", "玖": "9", "勾": "9",
}  # fmt: skip
_KOREAN = {
    "영": "0", "공": "0", "일": "1", "이": "2", "삼": "3", "사": "4", "오": "5", "육": "6", "륙": "6", "칠": "7",
    "팔": "8", "구": "9",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_COUNTED = {"两": 2, "二": 2, "三": 3, "四": 4, "2": 2, "3": 3, "4": 4}
"""As in 两个五, which is two fives."""
_SOUNDS = {
    "ling": "0", "yi": "1", "yao": "1", "er": "2", "san": "3", "si": "4", "wu": "5", "liu": "6", "qi": "7", "ba": "8",
    "jiu": "9",
}  # fmt: skip
_ONLY_BESIDE_OTHERS = {"won", "to", "too", "for", "fore", "ate", "o"}
"""Words that are digits only among digits."""
_AROUND = {
    "its", "it", "is", "my", "number", "the", "code", "please", "and", "um", "uh", "thats", "yes", "sure", "okay", "ok",
    "press", "dash", "是", "我", "的", "号", "码", "号码", "嗯", "好",
}  # fmt: skip
_TOKEN = re.compile(r"\d+|[a-z]+|[㐀-鿿]|[가-힣]")


def digits_of(text: str) -> str:
    """Return the digits that `text` says, or "" where it says anything besides digits (politeness aside)."""
    tokens = [token for token in _TOKEN.findall(plain(text)) if token not in _AROUND]
    if not tokens or set(tokens) <= _ONLY_BESIDE_OTHERS:
        return ""
    said, times, place = "", 1, 0
    while place < len(tokens):
        token, after = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else ""
        place += 1
        if token in _TIMES:
            times = _TIMES[token]
            continue
        if token in _TENS and _ENGLISH.get(after, "0") != "0" and after not in _ONLY_BESIDE_OTHERS:
            found, place = _TENS[token] + _ENGLISH[after], place + 1
        else:
            found = _digits_in(token)
        if not found:
            return ""
        said, times = said + found * times, 1
    return said if times == 1 else ""


def how_many(text: str) -> int:
    """Return how many digits `text` says, other words aside; a Chinese sign that sounds like a digit is one."""
    return len(row_in(text))


def row_in(text: str) -> str:
    """Return the digits that `text` says, other words aside; a Chinese sign that sounds like a digit is one."""
    tokens = [token for token in _TOKEN.findall(plain(text)) if token not in _AROUND]
    row, times, place = "", 1, 0
    while place < len(tokens):
        token = tokens[place]
        if token in _TIMES or (token in _COUNTED and tokens[place + 1 : place + 2] == ["个"]):
            times, place = _TIMES.get(token) or _COUNTED[token], place + (1 if token in _TIMES else 2)
            continue
        digits = "" if token in _ONLY_BESIDE_OTHERS else _digits_in(token) or _sounded(token)
        if token in _TENS and place + 1 < len(tokens) and _ENGLISH.get(tokens[place + 1], "0") != "0":
            digits = _TENS[token]
        row, times, place = row + digits[:1] * (times - 1) + digits, 1, place + 1
    return row


def _sounded(token: str) -> str:
    return _SOUNDS.get(pinyin(token), "") if is_chinese(token) else ""


def _digits_in(token: str) -> str:
    if token.isdecimal() and token.isascii():
        return token
    if token in _TENS:
        return _TENS[token] + "0"
    return _TEENS.get(token) or _ENGLISH.get(token) or _CHINESE.get(token) or _KOREAN.get(token) or ""
