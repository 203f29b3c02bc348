"""A refusal that pages tell in their language, and commands as the sentence that it is."""

from typing import Any

from models.errors import CannotDo, HotlineError


class Refused(CannotDo):
    """What was asked for can't be done; `key` is its phrase, `values` that phrase's fields."""

    def __init__(self, sentence: str, key: str, **values: Any) -> None:
        super().__init__(sentence)
        self.key, self.values = key, values


def words_of(fault: HotlineError, language: str, phrases: Any) -> str:
    """Return what a page in that language tells of a fault."""
    return str(phrases.say(language, fault.key, **fault.values)) if isinstance(fault, Refused) else str(fault)
