"""What every caller may say or key at every question: repeat, go back, help, a human, goodbye."""

import re
from collections.abc import Mapping
from functools import lru_cache

from knowledge.wording import EMPTY, contains, plain, stem, units

BY_KEY: Mapping[str, str] = {"0": "operator", "*": "repeat"}
"""Commands by their key."""
COMMAND_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "repeat": {
        "en": ("repeat", "repeat that", "say that again", "say it again", "come again", "what did you say", "pardon",
               "once more", "again please", "can you repeat that", "could you say that again", "did not catch",
               "didnt catch", "did not hear", "didnt hear", "did not understand", "didnt understand",
               "did not get that", "didnt get that", "did not quite catch", "didnt quite catch"),
        "zh": ("再说一遍", "重复", "重复一遍", "再说一次", "没听清", "您说什么", "请再说一遍", "再讲一遍",
               "没听懂", "没听明白", "没听见"),
    },
    "back": {
        "en": ("go back", "back", "previous question", "one step back", "back please", "the question before",
               "previous"),
        "zh": ("返回", "上一步", "返回上一步", "回到上一步", "上一个问题", "回上一步", "退回去", "返回上一级"),
    },
    "help": {
        "en": ("help", "help me", "what can i say", "what are my options", "what are the options", "options",
               "i do not know what to say", "what should i say"),
        "zh": ("帮助", "帮帮我", "我可以说什么", "我该说什么", "怎么说", "有什么选择", "有哪些选择", "有哪些选项"),
    },
    "operator": {
        "en": ("operator", "agent", "a human", "speak to a person", "talk to a person", "talk to someone",
               "real person", "speak to someone", "customer service", "representative", "speak to an agent",
               "human being", "let me speak to a person", "let me talk to someone"),
        "zh": ("人工", "转人工", "人工服务", "人工客服", "找客服", "真人", "接线员", "找个人"),
    },
    "goodbye": {
        "en": ("goodbye", "bye", "bye bye", "hang up"),
        "zh": ("再见", "拜拜", "挂了", "谢谢再见"),
    },
    "enough": {
        "en": ("that is all", "that will be all", "nothing else", "no thanks", "no thank you", "i am done",
               "that is everything", "nothing more", "that was all", "no that is all"),
        "zh": ("没有了", "没了", "没事了", "不用了", "就这样", "没别的了", "没有别的了", "没其他的了", "就这些"),
    },
    "leave": {
        "en": ("never mind", "nevermind", "forget it", "forget about it"),
        "zh": ("算了", "不说了", "当我没说"),
    },
}  # fmt: skip
"""How callers say them. Who says "enough" means goodbye, where the flow has a step for it; who says "leave",
where the question has no answer like that."""
OF_HELP: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(r"\bhelp(?:ed|s|ful)\b|\b(?:not|did|didnt|doesnt|no|of|a|big|great|real) help\b"),
    "zh": re.compile(r"(?:[有没无]|[有没]什么|[有没]多大|有一?[点些])帮助|帮助(?:了|到|很|不|挺|特别|非常|太|大)"),
}
"""Says of an answer whether it helped, and asks for no help: "that helped", 有帮助, 帮助不大."""
FOR_HELP: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:need|want|would like|can|could|may)\b(?! not)"),
    "zh": re.compile("吗|(?<![没不])能|(?<!不)(?<!不需)要|(?<!没)(?<!没有)什么"),
}
"""Asks for help whatever else it says: "I need a help", 有什么帮助, 能有点帮助吗."""
WEAK = frozenset(stem(word) for word in EMPTY) | frozenset(
    "no wait yes actual sorr thank de wo ni shi you yi xia qing wen zai le ma ne a".split()  # noqa: SIM905
)
COURTESIES = frozenset(units("thank you thanks very much then now no", "en")) | {"a", "to", "would", "i"}
MOST_WORDS = 20
ROOM = {"en": 0, "zh": 2}
"""So many other words (syllables) may stand beside a command."""


def command_in(text: str, language: str) -> str:
    """Return the global command (a name in COMMAND_WORDS) that `text` is, or "".

    A short sentence is one by holding its words; a long one that mentions them ("repeat my order") is not.
    """
    said = units(text, language)
    if len(said) > MOST_WORDS:
        return ""
    bare = plain(text)
    told = language in OF_HELP and bool(OF_HELP[language].search(bare)) and not FOR_HELP[language].search(bare)
    for command, parts, known in _ready(language):
        if command == "help" and told:
            continue
        rest = [word for word in said if word not in known]
        if len(rest) <= ROOM.get(language, 0) and any(contains(said, part) for part in parts):
            return command
    return ""


@lru_cache(8)
def _ready(language: str) -> list[tuple[str, list[tuple[str, ...]], frozenset[str]]]:
    """Return commands with their phrases, and the words that may stand beside them."""
    phrases = {
        command: [units(phrase, language) for phrase in words.get(language, ())]
        for command, words in COMMAND_WORDS.items()
    }
    words = {command: {word for part in parts for word in part} for command, parts in phrases.items()}
    endings = words["goodbye"] | words["enough"] | words["leave"]
    return [
        (
            command,
            parts,
            frozenset(words[command] | WEAK | COURTESIES | (endings if words[command] <= endings else set())),
        )
        for command, parts in phrases.items()
    ]
