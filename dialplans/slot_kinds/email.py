"""E-mail addresses as they are said: "john dot smith at g mail dot com", letters spelled, 艾特, 点."""

import re
from collections.abc import Sequence
from datetime import datetime

from asr_tts.spoken_values import said
from dialplans.slot_kinds.digits_en import DIGITS, TEENS, TENS, TIMES
from dialplans.slot_kinds.digits_zh import DIGITS as DIGITS_ZH
from dialplans.slot_kinds.kind import Found, SlotKind
from dialplans.slot_kinds.letters import SOUNDS, WORDS, spelled
from dialplans.slot_kinds.sentence import even

KNOWN = frozenset(
    """gmail.com yahoo.com hotmail.com outlook.com icloud.com aol.com proton.me protonmail.com live.com msn.com me.com
    qq.com 163.com 126.com sina.com sohu.com foxmail.com 139.com 189.cn aliyun.com yeah.net yahoo.co.uk
    hotmail.co.uk gmx.de web.de""".split()  # noqa: SIM905
)
SURE, STRANGE = 0.92, 0.75
"""Confidence of an address at a known provider, and at another one."""
SIGNS = {
    "dot": ".", "point": ".", "period": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-", "plus": "+",
    "at": "@",
}  # fmt: skip
SIGNS_ZH = (
    ("艾特", "@"), ("爱特", "@"), ("埃特", "@"), ("艾它", "@"), ("圈a", "@"), ("圈A", "@"), ("小老鼠", "@"),
    ("下划线", "_"), ("中划线", "-"), ("横杠", "-"), ("减号", "-"), ("杠", "-"), ("点", "."), ("典", "."), ("。", "."),
    ("康姆", "com"),
    ("网易", "163"), ("谷歌邮箱", "gmail.com"), ("新浪", "sina"), ("扣扣", "qq"), ("球球", "qq"),
)  # fmt: skip
FILLERS = frozenset(
    """my email e-mail mail address is it's its the so um uh er that's thats yes okay sure well all lowercase uppercase
    lower upper case one word no spaces letter letters then""".split()  # noqa: SIM905
)
FILLERS_ZH = re.compile(r"小写|大写|字母|全是|都是|我的|邮箱|邮件|地址|电子|然后|就是|是|的|嗯|呃|啊|，|,|、| ")
_WRITTEN = re.compile(r"[a-z0-9][a-z0-9._+-]*@(?:[a-z0-9-]+\.)+[a-z]{2,}")
_TOKEN = re.compile(r"[a-z]+(?:[-'][a-z]+)*|\d+|[@._+-]|[\u3400-\u9fff]")
_JOINED = (
    ("g mail", "gmail"), ("hot mail", "hotmail"), ("out look", "outlook"), ("i cloud", "icloud"), ("geemail", "gmail"),
    ("jimail", "gmail"), ("gee mail", "gmail"), ("g-mail", "gmail"), ("q q", "qq"),
)  # fmt: skip


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return the address in lower case."""
    plain = even(text)
    address = _written(plain) or _spoken(plain, language)
    if not address:
        return None
    start, end = _place(plain, address)
    confidence = SURE if address.partition("@")[2] in KNOWN else STRANGE
    note = "" if confidence == SURE else "the provider is not a usual one"
    return Found(address, start, end, confidence, said(address, "email", language), note)


def _written(plain: str) -> str:
    found = _WRITTEN.search(re.sub(r"\s*([@._])\s*(?=\w)", r"\1", plain.rstrip(" .。")))
    return found.group() if found and " " not in found.group() else ""


def _spoken(plain: str, language: str) -> str:
    if language == "zh" or re.search(r"[\u3400-\u9fff]", plain):
        for words, sign in SIGNS_ZH:
            plain = plain.replace(words, f" {sign} ")
        plain = FILLERS_ZH.sub(" ", plain)
    for words, joined in _JOINED:
        plain = re.sub(rf"\b{words}\b", joined, plain)
    row = _TOKEN.findall(plain)
    parts = _parts(row)
    whole = "".join(parts).strip(".")
    # The first "at" may be a word ("it's at …"); the last one with a provider behind it counts.
    local, _, domain = whole.rpartition("@")
    found = re.fullmatch(r"([a-z0-9][a-z0-9._+-]*)@((?:[a-z0-9-]+\.)+[a-z]{2,6})", f"{local.replace('@', '')}@{domain}")
    return found.group() if found else ""


def _parts(row: Sequence[str]) -> list[str]:
    parts: list[str] = []
    place = 0
    while place < len(row):
        word = row[place]
        letter = spelled(row, place)
        if letter:
            parts.append(letter[0].lower())
            place = letter[1]
            continue
        parts.append(_part(word, row, place, bool(parts)))
        if word in TIMES and place + 1 < len(row):
            following = _part(row[place + 1], row, place + 1, True)
            parts[-1] = following * (TIMES[word] - 1)
        place += 1
    return parts


def _part(word: str, row: Sequence[str], place: int, begun: bool) -> str:
    if word in SIGNS:
        return SIGNS[word]
    if word in FILLERS and not (begun and word in ("mail", "so", "well")):
        return ""
    spelling = sum(len(other) == 1 and other.isalpha() for other in row) >= 3
    if spelling and word in SOUNDS and len(word) <= 3:
        return SOUNDS[word].lower()
    if spelling and word in WORDS and place and len(row[place - 1]) == 1:
        return WORDS[word].lower()
    if word in TENS:
        return TENS[word] + ("" if place + 1 < len(row) and row[place + 1] in DIGITS else "0")
    return DIGITS.get(word) or TEENS.get(word) or DIGITS_ZH.get(word) or word


def _place(plain: str, address: str) -> tuple[int, int]:
    """The address is all of what was said from its first word on; politeness before it is left out."""
    first = re.search(re.escape(address[:1]), plain)
    return (first.start() if first else 0), len(plain)
