"""A language model's reply as it streams in: the articles it quotes, and its sentences as each is whole. Pure.

The model must begin with the ids of the articles that it uses, in brackets: "[returns] You have thirty days." Nothing
is said before that is sure; "[none]" is a refusal. Ids within the text are heard of, not spoken.
"""

import re
from collections.abc import Iterable

from knowledge.sections import spoken

REFUSAL = "none"
LONGEST_HEAD = 200
"""Characters without an article in brackets, after which there will be none."""
LONGEST_REPLY = 1200
"""Characters after which nobody listens any more; the reply ends with the sentence before."""
HEAD = re.compile(r"\s*((?:\[[^\[\]\n]*\][\s,，、]*)+)(?=[^\s\[,，、])")
CITATION = re.compile(r"\s?\[([^\[\]\n]*)\]")
SENTENCE = re.compile(r"(?:\w{3,}|\d|[)\]\"'%])[.!?…]+[\"')]*(?=\s)|[。！？；…]+[”’」）]*|\n+")


class Ungrounded(Exception):
    """The reply quotes no article that it was given."""


class Refused(Exception):
    """The model says that the articles don't answer the question."""


class Reply:
    """One reply: text in, sentences out."""

    def __init__(self, articles: Iterable[str]) -> None:
        """`articles`: the ids that may be quoted."""
        self._known = frozenset(articles)
        self._text = ""
        self._length = 0
        self._quoted: dict[str, None] = {}
        self._begun = False

    @property
    def quoted(self) -> tuple[str, ...]:
        """The articles quoted so far."""
        return tuple(self._quoted)

    @property
    def full(self) -> bool:
        """Whether enough was said."""
        return self._length >= LONGEST_REPLY

    def feed(self, text: str) -> list[str]:
        """Take a piece and return the sentences that are whole now; raise `Ungrounded` or `Refused`."""
        self._length += len(text)
        self._text += text
        if not self._begun and not self._begin():
            return []
        return self._sentences()

    def finish(self) -> list[str]:
        """Return what is left when the reply has ended as it should; raise `Ungrounded` or `Refused`."""
        rest = self.feed("\n.") if not self._begun else []
        if not self._begun:
            raise Ungrounded
        rest += self._sentences()
        last = self._clean(self._text.removesuffix("\n."))
        return rest + ([last] if re.search(r"\w", last) else [])

    def _begin(self) -> bool:
        head = HEAD.match(self._text)
        if head is None:
            stripped = self._text.lstrip()
            if (stripped and not stripped.startswith("[")) or len(stripped) > LONGEST_HEAD:
                raise Ungrounded
            return False
        names = [name.strip() for name in CITATION.findall(head[1])]
        if REFUSAL in names:
            raise Refused
        self._quote(names)
        if not self._quoted:
            raise Ungrounded
        self._text = self._text[head.end() :]
        self._begun = True
        return True

    def _quote(self, names: Iterable[str]) -> None:
        self._quoted |= {name: None for name in names if name in self._known}

    def _sentences(self) -> list[str]:
        found = []
        while end := SENTENCE.search(self._text):
            sentence = self._clean(self._text[: end.end()])
            self._text = self._text[end.end() :]
            if re.search(r"\w", sentence):
                found.append(sentence)
        return found

    def _clean(self, text: str) -> str:
        self._quote(name.strip() for name in CITATION.findall(text))
        return spoken(CITATION.sub("", text))
