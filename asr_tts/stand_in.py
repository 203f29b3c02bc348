"""Which voices stand in for which, and what is said of that to who runs the line. Pure."""

from collections.abc import Mapping
from typing import Literal

Voice = Literal["own", "piper", "kokoro", "pyttsx3"]
"""own: the file that `[speech] voice` names; the others are engines with the voices that belong to them."""
MISSED: Mapping[Voice, tuple[str, ...]] = {
    "own": ("en", "zh"), "piper": ("en",), "kokoro": ("zh",), "pyttsx3": ("en", "zh")
}  # fmt: skip
"""Languages that each may be missed in; what an own voice speaks that can't be read, nobody knows."""
_ORDER: Mapping[str, tuple[Voice, ...]] = {
    "piper": ("piper", "kokoro", "pyttsx3"), "kokoro": ("kokoro", "pyttsx3"), "pyttsx3": ("pyttsx3",), "none": ()
}  # fmt: skip
"""Best first, for each `[speech] synthesiser`."""
_NAMES: Mapping[Voice, str] = {
    "own": "the file of [speech] voice", "piper": "Piper's default voice", "kokoro": "Kokoro", "pyttsx3": "espeak-ng"
}  # fmt: skip
_TONGUES = {"en": "English", "zh": "Chinese"}


def in_order(preferred: str, own: str) -> tuple[Voice, ...]:
    """Return the voices that `[speech] synthesiser` allows, best first; `own` is a voice file of the operator's."""
    return ("own", *_ORDER[preferred]) if own and preferred == "piper" else _ORDER[preferred]


def until_then(missing: Voice, speakers: Mapping[str, Voice]) -> str:
    """Return what callers hear until the missing voice is there, as a clause.

    `speakers` has the best voice of each language that one is there for.
    """
    languages = MISSED[missing]
    if missing == "pyttsx3" and not (languages := tuple(one for one in languages if one not in speakers)):
        return "until then nothing stands in for the other voices"
    return f"until then {', and '.join(_heard(language, speakers.get(language)) for language in languages)}"


def _heard(language: str, speaker: Voice | None) -> str:
    tongue = _TONGUES[language]
    if speaker is None:
        return f"nothing speaks {tongue} and its callers hear recorded prompts only"
    hardly = ", which callers hardly understand" if (language, speaker) == ("zh", "pyttsx3") else ""
    return f"{tongue} is spoken by {_NAMES[speaker]}{hardly}"
