"""A draft: an article as an editor or a file gives it, before it is written."""

import re
from dataclasses import dataclass, replace
from datetime import date

from knowledge.wording import plain, script_of
from models.errors import OperatorFault

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Draft:
    """The content of one version of an article."""

    title: str
    short: str
    """The answer for the ear."""
    long: str = ""
    """The answer for the eye."""
    questions: tuple[str, ...] = ()
    language: str = ""
    """"" : the one that the title is written in."""
    tags: tuple[str, ...] = ()
    owner: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    article_id: str = ""
    """"" : made of the title."""

    def finished(self) -> "Draft":
        """Return it with language and id filled in; raise `OperatorFault` where it can't be an article."""
        language = self.language or script_of(self.title + self.short)
        article_id = self.article_id.strip() or slug(self.title)
        self._check(language, article_id)
        return replace(
            self,
            title=_line(self.title),
            short=_line(self.short),
            long=re.sub(r"[^\S\n]*\n\s*\n", "\n\n", self.long.strip()),
            questions=tuple(line for question in self.questions if (line := _line(question))),
            language=language,
            article_id=article_id,
        )

    def _check(self, language: str, article_id: str) -> None:
        name = self.title or self.article_id or "without a title"
        if not article_id:
            raise OperatorFault(f"The article '{name}' has no title with a letter or digit in it; give it one.")
        if not self.short.strip():
            raise OperatorFault(f"The article '{name}' has no short answer; write what the caller is to hear.")
        if language not in LANGUAGES:
            raise OperatorFault(f"The article '{name}' is in the language '{language}'; it must be en or zh.")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise OperatorFault(
                f"The article '{name}' is valid until {self.valid_until}, which is before {self.valid_from}; "
                "put the dates in order."
            )


def slug(title: str) -> str:
    """Return an id made of `title`: its letters and digits in lower case, joined by "-"."""
    return re.sub(r"[\W_]+", "-", plain(title)).strip("-")


def _line(text: str) -> str:
    return " ".join(text.split())
