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
        # Who asks 订单完成吗 or 是建设银行吗 doesn't ask for leave; 我短信发行吗 and 我先帮您变成吗 do.
        r"请(?!问)|麻烦|方便|帮忙|能不能|可不可以|"
        r"(?:好|(?<![银进执运])行|可以|(?<![完达生造构组形])成|[，,]对)(?:吗|吧|不好|不行|不对)?[？?。！!，,\s]*$"
    ),
}


@lru_cache(8192)
def asks(text: str, language: str) -> bool:
    """Tell whether `text` is a question and no request."""
    requests = _REQUESTS.get(language)
    return bool(requests and ends_asking(text, language) and not requests.search(text.lower().strip()))


@lru_cache(8192)
def ends_asking(text: str, language: str) -> bool:
    """Tell whether `text` ends with a question, a request among them: with it a sentence is over."""
    return bool(_ENDS_ASKING.get(language, _MARK).search(text.strip()))
