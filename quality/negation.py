"""Whether a sentence denies something. Pure.

To encoders "it is recorded" and "it isn't recorded" are nearly the same sentence; to a rule they are opposites. Only a
sentence and an example that both deny, or both don't, are compared.
"""

import re
from functools import lru_cache

_DENIES = {
    # "no" in what denies nothing: at no cost, no problem, no later than …
    "en": re.compile(
        r"\b(?:not(?! only)|never|nobody|nothing|none|cannot|without|unable|impossible)\b|n't\b"
        r"|\bno\b(?! (?:(?:extra|additional|further) )?(?:cost|charge|problem|doubt|worries|matter|later|sooner)\b)"
    ),
    # 不 and 没 in what denies nothing: 不好意思 (sorry), 差不多 (nearly), 没问题 (of course) …
    "zh": re.compile(
        r"(?<!差)不(?!好意思|管|过|错|客气|久|但|仅|同(?!意)|断|少)|没(?!问题|关系|事)|别(?![的人处])|无法|未能|禁止"
    ),
}
_QUESTIONS = re.compile(r"([\u3400-\u9fff])[不没]\1|[是会能要行好有](?:不[是会能要行好]|没有?)")
"""是不是, 对不对, 同不同意, 有没有: asks, and denies nothing."""


@lru_cache(8192)
def denies(text: str, language: str) -> bool:
    """Tell whether `text` denies something."""
    pattern = _DENIES.get(language)
    said = text.lower().replace("’", "'")
    return pattern is not None and bool(pattern.search(_QUESTIONS.sub("", said) if language == "zh" else said))
