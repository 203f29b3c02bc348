"""What stands in words for personal data ([card], [phone]), in the reader's language. Pure."""

import re
from typing import get_args

from console.phrases import Phrases
from models.log import NUMBER, mask
from quality.masking import Kind

WITHHELD = "anonymous"
"""Where a caller shows no number, as the record has it: nobody's."""
KINDS: tuple[str, ...] = get_args(Kind)
_HIDDEN = re.compile(rf"\[({'|'.join(KINDS)})\]")


def named(text: str, phrases: Phrases, language: str) -> str:
    """Return masked words with each [kind] as people read it: [卡号] for [card]."""
    return _HIDDEN.sub(lambda found: f"[{phrases.say(language, f'frame.hidden_{found[1]}')}]", text)


def masked_number(number: str) -> str:
    """Return the last digits alone of who calls or is called; of a name, as SIP phones may have, that there is one.

    In no language, unlike what logs say of it ("[2 characters]").
    """
    if number == WITHHELD or not number:
        return number
    return mask(number) if NUMBER.fullmatch(number) else "…"
