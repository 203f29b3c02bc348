"""Words by which a listener takes the turn: short, and never to be taken for a cough however badly they were heard."""

import re

from knowledge.wording import plain, syllables

WORDS = (
    "wait", "stop", "hold on", "hang on", "hello", "hey", "no", "nope", "not", "wrong", "excuse me", "sorry", "pardon",
    "what", "one moment", "just a moment", "one second", "enough", "quiet", "help", "listen", "cancel", "never mind",
    "operator", "agent", "human", "urgent", "emergency", "go back", "skip", "repeat", "again", "louder", "slower",
    "weight",
)  # fmt: skip
"""The last as recognisers spell a curt "wait"."""
LONE = frozenset({"ting", "wei", "bu", "cuo", "bie"})
"""Chinese syllables that say it alone, once or several times over (停, 喂, 不, 错, 别)."""
CHINESE = tuple(
    syllables(word)
    for word in (
        "等一下", "等一等", "等等", "等下", "停下", "停一下", "停止", "别说", "不要", "不是", "不对", "不用", "不行",
        "错了", "你好", "您好", "够了", "慢着", "慢点", "打断", "什么", "听我说", "问一下", "请问", "人工", "喂喂",
        "救命", "很急", "投诉", "重复", "再说", "再讲", "大声", "跳过", "返回",
        "天吗", "见吗", "动一下", "蹲一下", "真共",
    )
)  # fmt: skip
"""The last as recognisers spell 什么, 等一下 and 人工."""


def is_interruption(text: str) -> bool:
    """Tell whether `text` (a few words) asks for the turn, whatever else it says."""
    said = plain(text)
    if any(re.search(rf"\b{word}\b", said) for word in WORDS):
        return True
    sounds = syllables(text)
    return _is_lone(sounds) or any(f" {' '.join(word)} " in f" {' '.join(sounds)} " for word in CHINESE)


def is_curt(reaction: str) -> bool:
    """Tell whether `reaction`, which was likened to such words, is one of them and (in English) nothing else.

    A hum is likened to 喂 too, so that this alone proves nothing.
    """
    sounds = syllables(reaction)
    if _is_lone(sounds):
        return sounds[0] != "wei"
    if any(sounds[: len(word)] == word for word in CHINESE):
        return True
    return re.fullmatch(rf"(?:(?:{'|'.join(WORDS)}) ?)+", plain(reaction)) is not None


def _is_lone(sounds: tuple[str, ...]) -> bool:
    return len(set(sounds)) == 1 and sounds[0] in LONE
