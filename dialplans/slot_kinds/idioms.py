"""Words that hold a number and count nothing: 说慢一点, 等一下, "one moment", "the second one". Pure."""

import re
from collections.abc import Mapping

from dialplans.slot_kinds.sentence import even, without

COUNTING = ("number", "money", "moment")
"""Types of slots that would take them for a one, or for one o'clock."""
IDIOMS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"(?<!\bin )\bone (?:moment|second|minute|sec)\b(?! (?:past|to))"
        r"|\bone of (?:my|your|our|the|those|these|them|his|her|their)\b"
        r"|\b(?:the|this|that|which|either|another|any|every|each|no|first|second|third|last|next|other|right|wrong|same)"
        r" one\b(?! ?(?:o.?clock|hundred|thousand|million|and|or|point|oh|fifteen|[a-z]+ty|ten|[ap]\.? ?m|\d))"
    ),
    "zh": re.compile(
        r"(?<![周期拜十百千万两零〇])(?:一下(?!午)|一会儿?|一[样直定共起般些边旦])|等一等"
        r"|(?:[快慢响轻重多少好高低远近大小长短贵]|[大小]声|清楚|便宜|简单|详细|具体|有|(?<![今明昨当每最|])[早晚])一点(?![钟半十零〇一二两三四五\d])"
    ),
}


def without_idioms(text: str, language: str) -> str:
    """Return `text` with them replaced by as many bars, which no kind reads."""
    return without(text, [found.span() for found in IDIOMS[language].finditer(even(text))])
