"""Whether what was heard so far reads as a whole sentence, or as one that goes on: by its first and last words. Pure.

Recognisers put a full stop behind whatever they are given, so that it says little: words decide. A last word that
wants another behind it ("to", "my", 因为), a condition without what follows from it ("if it is broken", 如果坏了), the
first group of a long number: somebody goes on after these. English and Chinese are read; of others nothing is known.
"""
# ruff: noqa: SIM905 - lists of words are read and kept as text

import re
from typing import Literal

from asr_tts.heard_text import is_chinese, plain
from asr_tts.spoken_digits import how_many

Reading = Literal["whole", "hanging", "unsure", "unread"]
"""All of a sentence, the beginning of one, neither for sure, or words that nobody here can read."""

_SENTENCES = re.compile(r"[.?!。？！]+")
_CLOSED = re.compile(r"[.?!。？！]\s*$")
_GOES_ON = re.compile(r"(?:[,:;、，：；—-]|\.\.\.|…)\s*$")
"""Marks that recognisers put only where they heard a sentence go on."""
GROUP = 3
"""Digits at the end from which they may be the first group of a long number."""

# -- English -------------------------------------------------------------------------------------------------
WANTING = frozenset(
    "a about also an and are as at because but by cant could couldnt dont er erm every for from his i id if ill im "
    "into is its ive my of or our than the their they to uh um until was we were while with without wont would wouldnt "
    "your".split()
)
"""Words that another one follows; left out are those that end a sentence as often ("I want that", "come in")."""
WANTING_PAIRS = frozenset("can i;can you;could you;i need;i want;id like;it was;so that;there is;would like".split(";"))
STRANDED = frozenset("about are as at by for from is of to was were with".split())
"""Of the wanting words, those that may end a question for what they belong to ("What is it for?")."""
ASKING = frozenset("how what when where which who whose why".split())
HELPING = frozenset("am are can could did do does has have is should was were will would".split())
CONDITIONS = frozenset("after although as because before if once since though unless until when while".split())
"""First words of a clause that another one completes."""
BEGINNINGS = frozenset("and at besides but by during for from in like of on or regarding so to using with".split())
"""First words of what may still be completed, and may be all."""
POLITE = frozenset("just please then".split())
ORDERS = frozenset("call cancel change check dial enter give hold leave press put say send speak tell try use".split())
"""First words of an order, behind which there often comes "and", "or", "followed by"."""
SHORTEST = 3
"""Words of a whole sentence at least."""

# -- Chinese -------------------------------------------------------------------------------------------------
WANTING_ZH = re.compile(
    r"(?:和|还有|但是|可是|不过|因为|由于|如果|要是|虽然|然后|而且|或者|还是|所以|就是|那个|的话|比如|关于|为了|以及|我想"
    r"|想问|想问一下|请问|请问一下|帮我|给我|号码是|名字是|我叫|跟|把|被|给|从|(?<![现存正])在|向|与|呃)$"
)
CONDITIONS_ZH = re.compile(r"如果|要是|假如|因为|由于|虽然|除非")
FOLLOWS_ZH = re.compile(r"就|那|所以|但|可是|才|怎么|怎样|能不能|可不可以|可以|[吗呢]|多少|什么")
"""What shows that a condition has got what follows from it."""
CLOSING_ZH = re.compile(
    r"(?:[吗呢吧了啦呀啊嘛]|谢谢[你您]?|再见|什么|哪里|哪儿|多少钱?|怎么办|几点|多久|不行|什么时候|怎么样)$"
)
"""Particles and words with which sentences end."""
ORDERS_ZH = re.compile(r"请?(?:按|拨|输入|说出|留言)")
NUMBER_ZH = re.compile(r"[\d零〇一二三四五六七八九幺十百千]+$")
SHORTEST_ZH = 4
"""Signs of a whole sentence at least."""


def reading(text: str, language: str) -> Reading:
    """Return how `text` reads in `language` ("en", "zh"; any other: "unread")."""
    if language not in ("en", "zh"):
        return "unread"
    sentence = _last_sentence(text)
    if not sentence:
        return "unsure"
    if _GOES_ON.search(text) or hangs(text):
        return "hanging"
    return _chinese(sentence, text) if is_chinese(sentence) else _english(sentence, text)


def hangs(text: str) -> bool:
    """Tell whether the last word of `text` wants another behind it."""
    sentence = _last_sentence(text)
    if is_chinese(sentence):
        return bool(WANTING_ZH.search(plain(sentence).replace(" ", "")))
    words = plain(sentence).split()
    if not words:
        return False
    stranded = words[0] in ASKING and words[-1] in STRANDED
    return (words[-1] in WANTING and not stranded) or " ".join(words[-2:]) in WANTING_PAIRS


def _last_sentence(text: str) -> str:
    parts = [part.strip() for part in _SENTENCES.split(text) if plain(part)]
    return parts[-1] if parts else ""


def _english(sentence: str, text: str) -> Reading:
    words = plain(sentence).split()
    completed = "," in sentence
    asks = words[0] in ASKING and len(words) > 1 and words[1] in HELPING
    if words[0] in CONDITIONS and not completed and not asks:
        return "hanging"
    if digits := _digits_at_the_end(words):
        return "hanging" if digits >= GROUP else "unsure"
    verb = next((word for word in words if word not in POLITE), "")
    continued = verb in ORDERS or (words[0] in BEGINNINGS and not completed) or len(words) < SHORTEST
    return "whole" if _CLOSED.search(text) and not continued else "unsure"


def _digits_at_the_end(words: list[str]) -> int:
    count = 0
    for word in reversed(words):
        if not (digits := how_many(word)):
            break
        count += digits
    return count


def _chinese(sentence: str, text: str) -> Reading:
    signs = plain(sentence).replace(" ", "")
    condition = CONDITIONS_ZH.match(signs)
    completed = re.search("[，,]", sentence)
    if condition and not completed and not FOLLOWS_ZH.search(signs, condition.end()):
        return "hanging"
    if number := NUMBER_ZH.search(signs):
        return "hanging" if len(number.group()) >= GROUP else "unsure"
    if CLOSING_ZH.search(signs):
        return "whole" if len(signs) >= SHORTEST_ZH else "unsure"
    whole = _CLOSED.search(text) and len(signs) >= SHORTEST_ZH and not ORDERS_ZH.match(signs)
    return "whole" if whole else "unsure"


def row_reading(text: str, least: int) -> Reading:
    """Return how a row of digits of at least `least` reads: hanging where more than one is missing.

    One may be missing because it wasn't heard: nobody goes on after that.
    """
    return "hanging" if 0 < how_many(text) < least - 1 else "unread"
