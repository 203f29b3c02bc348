"""What people read in the console, in every language, by key: `phrases/NAME.yaml` has NAME.… of all pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FILES = Path(__file__).parent / "phrases"
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Phrases:
    texts: Mapping[str, Mapping[str, str]]
    """By "file.key" and language."""

    @classmethod
    def load(cls, directory: Path = FILES) -> "Phrases":
        """Read all files of the directory."""
        texts: dict[str, Mapping[str, str]] = {}
        for file in sorted(directory.glob("*.yaml")):
            found = YAML(typ="safe").load(file.read_text(encoding="utf-8")) or {}
            texts.update({f"{file.stem}.{key}": text for key, text in found.items()})
        return cls(texts)

    def say(self, language: str, key: str, **values: Any) -> str:
        """Return the text with its `{fields}` filled; a key that isn't there is a mistake of ours: `KeyError`."""
        return self.texts[key][language].format(**values)

    def has(self, key: str) -> bool:
        """Tell whether there is such a text: for names from elsewhere, such as causes of ends."""
        return key in self.texts


def preferred(accepted: str) -> str:
    """Return which of our languages an `Accept-Language` header wants most (RFC 9110 section 12.5.4); else English."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, rest = part.strip().partition(";")
        quality = rest.strip().removeprefix("q=") or "1"
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES and quality.replace(".", "", 1).isdigit() and float(quality) > 0:
            wanted.append((-float(quality), place, language))
    return min(wanted)[2] if wanted else "en"
