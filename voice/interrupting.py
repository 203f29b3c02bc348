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
LONE = frozenset("停喂不错")
"""Chinese signs that say it alone; longer words are compared by their sound."""
CHINESE = tuple(
    syllables(word)
    for word in (
        "等一下", "等一等", "等等", "等下", "停下", "停一下", "停止", "别说", "不要", "不是", "不对", "不用", "不行",
        "错了", "你好", "您好", "够了", "慢着", "慢点", "打断", "什么", "听我说", "问一下", "请问", "人工", "喂喂",
        "救命", "很急", "投诉", "重复", "再说", "再讲", "大声", "跳过", "返回",
    )
)  # fmt: skip


def is_interruption(text: str) -> bool:
    """Tell whether `text` (a few words) asks for the turn, whatever else it says."""
    said = plain(text)
    if any(re.search(rf"\b{word}\b", said) for word in WORDS):
        return True
    if said.replace(" ", "") in LONE:
        return True
    sounds = " ".join(syllables(text))
    return any(f" {' '.join(word)} " in f" {sounds} " for word in CHINESE)
