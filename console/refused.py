"""A refusal as pages tell it: in their language."""

from typing import Any

from models.errors import HotlineError
from models.errors import Refused as Refused


def words_of(fault: HotlineError, language: str, phrases: Any) -> str:
    """Return what a page in that language tells of a fault."""
    return str(phrases.say(language, fault.key, **fault.values)) if isinstance(fault, Refused) else str(fault)
