"""What Whisper is made to believe was said before, by the kind of question: it goes on in the same manner. Pure.

Told of amounts, it writes 四千五百元 where it wrote 撕截五百人, and "six out of" becomes "six thousand". The price: now
and then it repeats what it was told instead of what it hears, so that has to be found out (`echoes`).
"""

import re
from difflib import SequenceMatcher

from rapidfuzz import fuzz

from asr_tts.heard_text import is_chinese, pinyin, plain
from asr_tts.speech_protocol import QuestionKind

BEFORE: dict[QuestionKind, dict[str, str]] = {
    "money": {
        "en": "twenty-three fifty, eighty-four sixty-two, nine hundred dollars, forty cents, six thousand bucks, three "
        "hundred and five dollars and twelve cents.",
        "zh": "多少钱？八块六。三十四块一。七百元。五千零九十二块三毛七。两万四。",
    },
    "moment": {
        "en": "in eight days at half past nine, on the twenty-second of next month, tomorrow at one, on July sixteenth "
        "at two twenty in the afternoon.",
        "zh": "请问您想约什么时间？后天中午十二点四十分，六天后上午九点，三个星期以后，下个月五号晚上七点半。",
    },
    "digits": {
        "en": "What is your number? Zero three eight one, double two six, five five oh, nine four seven.",
        "zh": "我的号码是三八幺，二六五，零九四七。",
    },
}
SERVICE = {
    "zh": "您好，感谢您的来电，请问有什么可以帮您？请您稍等，我帮您查一下订单、账单和合同。确认邮件已经发到您的邮箱。",
}
"""The same for what agents and callers say to each other, where there is time to listen twice: signs that sound alike
come out as they are written there, and sentences get their marks. What it doesn't tell of is heard a little worse."""
LONGEST_CHANCE = {"en": 12, "zh": 3}
"""Signs (in English with the spaces) up to which a text may be a part of what was told before by chance."""

SHORT = {"zh": 5}
"""Signs up to which a text may be noise in the manner of what was told (三百元); in English that is rejected."""
_AGAIN = re.compile(r"([㐀-鿿]+[点分元块毛月号天半刻钟上午])\s*\1")
"""A value said twice in a row, which is what noise becomes as well (三点半。三点半。)."""
ALIKE = 55.0
"""Likeness (0-100) of two texts from which they are taken for the same sound."""


def said_before(kind: QuestionKind, language: str) -> str:
    """Return what to tell, "" where nothing helps."""
    return BEFORE.get(kind, {}).get(language, "")


def wants_proof(text: str, before: str, language: str) -> bool:
    """Tell whether `text` is to be decoded again without `before`: it repeats that, or may be a value made of noise."""
    heard = plain(text)
    short = len(heard) <= SHORT.get(language, 0)
    return bool(before) and (short or bool(_AGAIN.search(heard)) or echoes(text, before, language))


def echoes(text: str, before: str, language: str) -> bool:
    """Tell whether `text` may be a repetition of `before`, or of a part of it again and again."""
    heard, told = plain(text), plain(before)
    if not heard or not told:
        return False
    row = _longest_shared(heard, told)
    rest = heard.replace(row, "") if len(row) >= LONGEST_CHANCE.get(language, 12) else heard
    return 2 * len(rest) <= len(heard) or heard in told


def sounds_alike(one: str, other: str) -> bool:
    """Tell whether two texts may have been made of the same sound: Chinese by toneless syllables, others by letters."""
    sounds = [pinyin(text) if is_chinese(text) else plain(text) for text in (one, other)]
    return fuzz.ratio(*sounds) >= ALIKE


def _longest_shared(one: str, other: str) -> str:
    found = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return one[found.a : found.a + found.size]
