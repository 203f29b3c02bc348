"""What stands in words for personal data ([card], [phone]), in the reader's language. Pure."""

import re
from typing import get_args

from console.phrases import Phrases
from quality.masking import Kind

KINDS: tuple[str, ...] = get_args(Kind)
_HIDDEN = re.compile(rf"\[({'|'.join(KINDS)})\]")


def named(text: str, phrases: Phrases, language: str) -> str:
    """Return masked words with each [kind] as people read it: [卡号] for [card]."""
    return _HIDDEN.sub(lambda found: f"[{phrases.say(language, f'frame.hidden_{found[1]}')}]", text)
