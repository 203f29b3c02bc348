"""Where something stands in a file, and what is said there in each language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Texts = Mapping[str, str]
"""What is said, by language."""


@dataclass(frozen=True)
class Place:
    """Where something stands in a file; lines and columns count from 1, as editors do."""

    file: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Target:
    """The step that something leads to, and where that is written."""

    step: str
    place: Place = field(default=Place(), compare=False)
