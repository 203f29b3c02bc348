"""What `ask`, `menu`, `collect`, `confirm` and `survey` share: how a question is asked, helped with and given up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplans.answers import NOTHING, Answer
from dialplans.exchange import KeysWanted, QuestionKind
from dialplans.kinds import (
    NAMES,
    PROMPTS,
    STEP,
    TEXTS,
    TRUTH,
    Languages,
    Number,
    OneOf,
    Plain,
    Schema,
    Whole,
)
from dialplans.nodes import Node
from dialplans.options import MAIN, option
from dialplans.place import Target, Texts
from dialplans.slots import Wanted
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.answers import Reader
    from dialplans.flow import Flow
    from dialplans.talk import Talk

DETECT = "detect"
WORDLESS = ("digits", "identifier", "phone", "number", "email", "agreement")
"""Types whose values show no language: they are written alike in all of them, or, as yes and no, too short to tell.
Whisper took 4 of 5 对 by phone for English, and none of 40 Chinese and English dates and amounts for the other."""
OWN = "own"
"""Phase of a step's own question."""
QUESTION_KIND = OneOf(("open", "yes_no", "digits", "money", "moment", "list", "dictation"), "A question")


@dataclass(frozen=True)
class Detect(Plain):
    """`language: detect`."""

    words: str = DETECT

    def read(self, node: Node, languages: Languages) -> bool:
        if (word := node.text()) != DETECT:
            node.complain(
                f"`language` is never '{word}' here; write `language: {DETECT}`, or a step `set: {{language: …}}`."
            )
        elif len(languages) < 2:
            node.complain("There is only one language to detect; name several in `languages:`, or delete this line.")
        return True

    def schema(self) -> Schema:
        return {"const": DETECT}


@dataclass(frozen=True)
class Knowledge(Plain):
    """`knowledge: true`, or a list of tags."""

    words: str = "true, or a list of tags"

    def read(self, node: Node, languages: Languages) -> tuple[str, ...] | None:
        if isinstance(node.value, bool):
            return () if node.value else None
        return tuple(NAMES.read(node, languages))

    def schema(self) -> Schema:
        return {"anyOf": [{"type": "boolean"}, NAMES.schema()]}


@dataclass(frozen=True)
class QuestionStep(Step):
    """A question: speech and keys together, growing help, a way out."""

    texts: Texts = option(TEXTS, "The question.", factory=dict, key=MAIN)
    barge_in: bool = option(TRUTH, "Whether the caller may answer before it is asked to the end.", True)
    no_input: tuple[Texts, ...] = option(PROMPTS, "Said after the first, second … silence; the last serves on.", ())
    no_match: tuple[Texts, ...] = option(PROMPTS, "Said after the first, second … answer that fits nothing.", ())
    help: Texts = option(TEXTS, 'Said at "help"; without it one is made from the answers.', factory=dict)
    max_attempts: int = option(Whole(1, 10), "After so many silences and misunderstandings it is given up.", 3)
    otherwise: Target | None = option(STEP, "Where a caller goes when it is given up.", None)
    no_input_s: float = option(Number(1, 60), "Seconds of silence that count as no answer.", 6.0)
    endpoint_ms: int = option(Whole(150, 2000), "Silence that ends an answer; without it what suits the kind.", 0)
    speech: bool = option(TRUTH, "Whether it may be answered by voice.", True)
    kind: QuestionKind = option(QUESTION_KIND, "What kind of answer the recogniser is to expect.", "open")
    confirm_below: float = option(
        Number(0, 1), 'An answer less sure than that is confirmed first ("did you mean …?"); 0: never.', 0.0
    )
    knowledge: tuple[str, ...] | None = option(
        Knowledge(), "What is no answer but in the knowledge base is answered, and the question is asked again.", None
    )
    sentence: str = ""
    """Name of the interpreter's own sentence that it asks, instead of `texts`."""

    @property
    def listens(self) -> bool:
        return True

    def run(self, talk: "Talk") -> None:
        talk.ask(self)

    def question(self, phase: str) -> "QuestionStep | None":
        return self

    def answered(self, talk: "Talk", phase: str, answer: Answer) -> None:
        talk.go(answer.target)

    def gave_up(self, talk: "Talk", phase: str) -> None:
        if self.otherwise:
            talk.go(self.otherwise)
        else:
            talk.give_up()

    def back(self, talk: "Talk") -> bool:
        """Go one value back within the question; False where there is none, so that the question before follows."""
        return False

    @property
    def takes_values(self) -> bool:
        """Whether it asks for values, beside which one given before may be said anew; that may have to be confirmed."""
        return False

    # -- what its answers are ------------------------------------------------------------------------------------

    @property
    def identifies(self) -> bool:
        """Whether the language may be told by every answer to it, where the flow says so."""
        return False

    def tells(self, flow: "Flow") -> bool:
        """Tell whether an answer to it shows the language where it is the caller's first sentence."""
        return self.identifies

    @property
    def detect(self) -> bool:
        """Whether it says itself that the language is told by its answer."""
        return False

    def sentences(self) -> Iterator[str]:
        yield from ("back", "nothing_before")
        if not self.no_match:
            yield "sorry"
        if not self.no_input:
            yield "still_there"
        if not self.help and not self.no_match:
            yield "yes_or_no" if self.kind == "yes_no" else "say_or_press"
        if self.confirm_below or self.takes_values:
            yield from ("say_again", "yes_or_no")

    def check(self, node: Node) -> None:
        if self.detect and not self.speech:
            node.complain(
                f"{node.what} hears no words, so it can't detect a language; delete `language:` or `speech:`."
            )

    def prompt(self, talk: "Talk") -> Texts:
        """Return what is asked now."""
        return self.texts

    def spoken(self, reader: "Reader", text: str, choice: int) -> Answer:
        """Return what the words mean to it."""
        return NOTHING

    def keyed(self, reader: "Reader", digits: str) -> Answer:
        """Return what the keys mean to it."""
        return NOTHING

    def wants(self, reader: "Reader") -> tuple[Wanted, ...]:
        """Return the slots that its answer may fill."""
        return ()

    def keys(self, reader: "Reader") -> KeysWanted | tuple[str, ...]:
        """Return the keys that it takes: single ones, to which those of the commands are added, or a row of digits."""
        return ()

    @property
    def words(self) -> Mapping[str, str]:
        """What `sentence` is filled with."""
        return {}

    def expects(self, reader: "Reader") -> QuestionKind:
        """Return what the recogniser is to expect now."""
        return self.kind

    def phrases(self, reader: "Reader") -> tuple[str, ...]:
        """Return what a closed question may be answered with."""
        return ()

    def examples(self, reader: "Reader") -> Iterable[str]:
        """Return what one can say, for "you can say …"."""
        return ()

    def names(self, reader: "Reader", text: str) -> bool:
        """Tell whether `text` may be what the author wrote for one of its answers, rather than a command."""
        return False

    def label(self, reader: "Reader", answer: Answer) -> str:
        """Return how the robot names an answer that it isn't sure of."""
        if answer.values:
            return (" " if reader.language == "en" else "，").join(value.spoken for value in answer.values.values())
        return reader.example(answer.intent) or answer.intent

    def named(self, reader: "Reader", intent: str) -> Answer:
        """Return the answer that `intent` is, surely; `NOTHING` where it is none of this question's."""
        return NOTHING

    def is_whole(self, reader: "Reader", answer: Answer) -> bool:
        """Tell whether `answer` leaves nothing open, so that silence needn't be waited for."""
        return True


def key_of(node: Node, key: str) -> None:
    """Complain where `key` is no key of a telephone."""
    if key not in tuple("0123456789*#"):
        node.complain(f"'{key}' is no key of a telephone; write 0-9, * or # (in quotes) instead.")


@dataclass(frozen=True)
class KeysLead(Plain):
    """Single keys that lead to steps."""

    words: str = "{KEY: the name of a step}"

    def read(self, node: Node, languages: Languages) -> dict[str, Target]:
        found = {}
        for key, entry in node.items():
            key_of(entry, key)
            found[key] = STEP.read(entry, languages)
        return found

    def schema(self) -> Schema:
        return {"type": "object", "patternProperties": {"^[0-9*#]$": STEP.schema()}, "additionalProperties": False}

    def targets(self, value: dict[str, Target]) -> Iterator[Target]:
        return iter(value.values())
