"""Whether a sentence asks something that it doesn't say. Pure.

To encoders "you get the deposit back" and "did you get the deposit back?" are nearly the same sentence. "Would you rate
this call, please?" asks too, and yet says what is wanted: a request is none of these questions.
"""

import re
from functools import lru_cache

_ASKS = {
    "en": re.compile(r"\?\W*$"),
    # Recognisers of Chinese often leave the mark out.
    "zh": re.compile(r"(?:[？?]|吗[。！!，,\s]*)$"),
}
_REQUESTS = {
    "en": re.compile(r"\b(?:please|(?:could|would|can|will) (?:you|i|we)|may i|shall (?:i|we)|(?:okay|ok|right)\?)"),
    "zh": re.compile(r"请(?!问)|麻烦|方便|帮忙|能不能|可不可以|(?:好|行|可以|成)(?:吗|不好|不行)?[？?。！!，,\s]*$"),
}


@lru_cache(8192)
def asks(text: str, language: str) -> bool:
    """Tell whether `text` is a question and no request."""
    pattern, requests = _ASKS.get(language), _REQUESTS.get(language)
    said = text.lower().strip()
    return bool(pattern and requests and pattern.search(said) and not requests.search(said))
