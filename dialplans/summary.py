"""A few sentences for the person who takes a call. Pure."""

from collections.abc import Mapping, Sequence

REASONS: Mapping[str, Mapping[str, str]] = {
    "asked": {"en": "They asked for a person.", "zh": "客户要求转人工。"},
    "no-match": {"en": "The robot didn't understand them several times.", "zh": "机器人多次没有听懂。"},
    "tag": {"en": "They are a customer whom a person serves.", "zh": "该客户由人工专门服务。"},
    "rating": {"en": "They gave a bad rating.", "zh": "客户给了较低的评分。"},
    "stuck": {"en": "The robot knew no way on.", "zh": "机器人没有办法继续。"},
    "anger": {"en": "They sound angry.", "zh": "客户情绪激动。"},
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "first": {"en": 'They began with: "{}".', "zh": "开头说：“{}”。"},
    "last": {"en": 'They said last: "{}".', "zh": "最后说：“{}”。"},
    "taken": {"en": "Known so far: {}.", "zh": "已知信息：{}。"},
    "between": {"en": ", ", "zh": "，"},
}
MOST = 200
"""Characters of what the caller said; more is in the transcript."""


def summary(said: Sequence[str], taken: Mapping[str, str], reason: str, language: str) -> str:
    """Return what a person should read first.

    `said` is what the caller said, oldest first; `taken` the values by slot, as they are spoken; `reason` the rule that
    led to the person.
    """
    language = language if language in ("en", "zh") else "en"

    def word(name: str, text: str) -> str:
        return WORDS[name][language].format(text[:MOST].strip().rstrip(".。"))

    found = []
    if said:
        found.append(word("first", said[0]))
    if len(said) > 1:
        found.append(word("last", said[-1]))
    if taken:
        found.append(word("taken", WORDS["between"][language].join(f"{name} {value}" for name, value in taken.items())))
    if why := REASONS.get(reason):
        found.append(why[language])
    return ("" if language == "zh" else " ").join(found)
