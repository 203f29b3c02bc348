"""Free text: whatever was said, without the hesitation around it."""

import re
from datetime import datetime

from dialplans.slot_kinds.kind import Found, SlotKind
from dialplans.slot_kinds.sentence import tokens

_HESITATION = re.compile(r"^(?:(?:um+|uh+|er+m?|well|so|嗯+|呃+|啊|那个|就是)[\s,.，。…]+)+", re.IGNORECASE)
SURE = 0.9


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return the text where it has as many words (Chinese: signs) as are asked for."""
    hesitation = _HESITATION.match(text)
    start = hesitation.end() if hesitation else 0
    said = " ".join(text[start:].replace("|", " ").split())
    size = len(tokens(said))
    if not size or size < (kind.least or 1) or (kind.most is not None and size > kind.most):
        return None
    return Found(said, start, len(text), SURE, said)
