"""Words by which a listener says "go on", and which are no answer: they don't take the turn."""

import re

from knowledge.wording import plain

PHRASES = (
    "uh huh", "mm hmm", "mhm", "mm", "mmm", "hm", "hmm", "uh", "um", "ah", "oh", "aha", "ok", "okay", "k", "right",
    "yeah", "yep", "yes", "sure", "i see", "i c", "got it", "alright", "all right", "good", "great", "nice", "cool",
    "fine", "really", "a ha", "you", "i understand", "understood", "wow", "m hm", "uhuh", "uhhuh", "oh okay",
    "thank you", "thanks",
)  # fmt: skip
"""English, as recognisers spell it; any row of these is one too ("right, I see")."""
HUM = re.compile(r"m+|h+m+|u+h+|u+m+|h+u+h+|h+u+m+|a+h+|o+h+|o+o+h*|e+h+|e+r+m*|ha+|ahem|m+h+m+")
"""However a recogniser spells it."""
SOUNDS = frozenset(
    {"uh huh", "mm hmm", "mhm", "mm", "mmm", "hm", "hmm", "uh", "um", "ah", "oh", "m hm", "mmhmm", "huh"}
)
AGREEING = frozenset(
    {"yeah", "yep", "yes", "sure", "right", "okay", "ok", "uh huh", "mm hmm", "mhm", "uhhuh", "alright"}
)
CHINESE = re.compile(
    r"(?:嗯|恩|哦|噢|喔|啊|呃|额|唔|好的|好|对的|对|是的|是|行|明白了?|知道了?|了解|可以|这样啊?|原来如此|没错|呀|吧|了)+"
)
CHINESE_SOUNDS = re.compile(r"[嗯恩哦噢喔啊呃额唔呀]+")


def is_backchannel(text: str) -> bool:
    """Tell whether `text` only says "I am listening" (where it doesn't answer the open question)."""
    return _consists_of(text, PHRASES, CHINESE)


def is_sound(text: str) -> bool:
    """Tell whether `text` is a hum and no word at all."""
    return _consists_of(text, SOUNDS, CHINESE_SOUNDS) and plain(text) not in AGREEING


def _consists_of(text: str, phrases: tuple[str, ...] | frozenset[str], chinese: re.Pattern[str]) -> bool:
    said = plain(text)
    if not said:
        return True
    if chinese.fullmatch(said.replace(" ", "")):
        return True
    words = said.split()
    if len(words) > 6:
        return False
    at = 0
    while at < len(words):
        for length in (3, 2, 1):
            phrase = " ".join(words[at : at + length])
            if length <= len(words) - at and (phrase in phrases or (length == 1 and HUM.fullmatch(phrase))):
                at += length
                break
        else:
            return False
    return True
