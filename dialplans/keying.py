"""How a value is asked for, by its kind: its keys on the telephone, what the recogniser expects. Pure."""

from collections.abc import Sequence

from asr_tts.check_digits import LENGTHS
from dialplans.exchange import KeysWanted, QuestionKind
from dialplans.slots import SlotKind, Wanted

MOST_DIGITS = 20
PHONE_DIGITS = (5, 15)
YES, NO = "1", "2"


def keys_for(kind: SlotKind) -> KeysWanted | tuple[str, ...]:
    """Return the row of keys, or the single ones, by which a value of `kind` is given; () where none do."""
    match kind.type:
        case "digits":
            least = int(kind.least or 1)
            return KeysWanted(least, int(kind.most or max(least, MOST_DIGITS)))
        case "identifier":
            fewest, most = LENGTHS.get(kind.check, (1, MOST_DIGITS)) if not kind.pattern else (1, MOST_DIGITS)
            return KeysWanted(int(kind.least or fewest), int(kind.most or most))
        case "phone":
            return KeysWanted(*PHONE_DIGITS)
        case "number":
            return KeysWanted(1, len(str(int(kind.most))) if kind.most else 9)
        case "agreement":
            return (YES, NO)
        case _:
            return ()


def check_of(wanted: Sequence[Wanted]) -> str:
    """Return the scheme of the check digit by which what is heard can be told right from wrong, or ""."""
    return wanted[0].kind.check if len(wanted) == 1 else ""


def question_kind(kind: SlotKind) -> QuestionKind:
    """Return what the recogniser is to expect where a value of `kind` is asked for."""
    kinds: dict[str, QuestionKind] = {
        "digits": "digits", "identifier": "digits", "phone": "digits", "number": "digits", "list": "list",
        "money": "money", "moment": "moment", "agreement": "yes_no", "email": "dictation", "free_text": "dictation",
    }  # fmt: skip
    return kinds.get(kind.type, "open")


def phrases(kind: SlotKind, language: str) -> tuple[str, ...]:
    """Return what a value of `kind` may be called, where there is an end to it."""
    return tuple(name for entry in kind.entries for name in entry.said(language))


def is_complete(kind: SlotKind, value: object) -> bool:
    """Tell whether nothing that is said after `value` could still belong to it."""
    match kind.type:
        case "digits" | "identifier":
            return kind.most is not None and len(str(value)) >= kind.most
        case "agreement" | "list":
            return True
        case "moment":
            return "T" in str(value)
        case _:
            return False
