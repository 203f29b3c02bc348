"""Whether a sentence asks something that it doesn't say. Pure.

To encoders "you get the deposit back" and "did you get the deposit back?" are nearly the same sentence. "Would you rate
this call, please?" asks too, and yet says what is wanted: a request is none of these questions. Nor is what is said and
then only asked about: "you get the deposit back, right?", 押金会退给您，对吗？
"""

import re
from functools import lru_cache

_MARK = re.compile(r"[?？]\W*$")
_ENDS_ASKING = {
    # Recognisers of Chinese often leave the mark out. With 呢 only what has a word that asks does: not 还没到呢.
    "zh": re.compile(
        r"(?:[？?]|吗|(?:[什怎]么|[哪谁几]|多[少久长大远]|何时|如何|是否|([\u3400-\u9fff])[不没]\1)[^，。；,;]*呢)"
        r"[。！!，,\s]*$"
    ),
}
_REQUESTS = {
    "en": re.compile(
        r"\b(?:please|(?:could|would|can|will) (?:you|i|we)|may i|shall (?:i|we)|"
        r"(?:okay|ok|all right|, (?:right|correct))\?)"
    ),
    "zh": re.compile(
        r"请(?!问)|麻烦|方便|帮忙|能不能|可不可以|"
        r"(?:好|行|可以|成|[，,]对)(?:吗|吧|不好|不行|不对)?[？?。！!，,\s]*$"
    ),
}
_WORDS = re.compile(
    # Who asks 订单完成吗, 是建设银行吗 or 债券发行吗 doesn't ask for leave; 我先帮您变成吗 and 电话沟通行吗 do.
    r"(?:(?:[银进举旅飞跨]|[^回]执|[^空海陆货托客搬]运|[^交物分引]流|[^核落证]实|[^实]施|[^期上下权]限|[能以正常普]通"
    r"|[是在用的][总分支工建农招中交央投]|(?:债券|[国新司]债|股票|新股|基金|邮票|货币|专辑|公开|限量)[^，,。；;给]{0,6}发)行"
    r"|[完达生造构组形赞]成|[还正刚友爱]好)吗[？?。！!，,\s]*$"
)
"""Chinese words that end like a request: 银行, 完成, 正好."""


@lru_cache(8192)
def asks(text: str, language: str) -> bool:
    """Tell whether `text` is a question and no request."""
    requests, plain = _REQUESTS.get(language), text.lower().strip()
    if language == "zh":
        plain = _WORDS.sub("吗", plain)
    return bool(requests and ends_asking(text, language) and not requests.search(plain))


@lru_cache(8192)
def ends_asking(text: str, language: str) -> bool:
    """Tell whether `text` ends with a question, a request among them: with it a sentence is over."""
    return bool(_ENDS_ASKING.get(language, _MARK).search(text.strip()))
