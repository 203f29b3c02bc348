"""enqueue, transfer, voicemail, callback, ticket: a human must take it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialplans.exchange import Done, Handover
from dialplans.humans import tags
from dialplans.kinds import NAMES, STEP, TEXTS, WORD, Whole, plus_lost
from dialplans.nodes import Node
from dialplans.options import MAIN, option
from dialplans.place import Target, Texts
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.talk import Talk

PLUS_LOST = 7
"""Digits from which a number that stands without quotes may have had a plus: +4420… in YAML is a sum."""
MESSAGE = "voicemail"
"""The outcome of who is to leave a message: a queue overflowed to that, or it is what the flow wanted."""
TAKE_MESSAGES = ("enqueue", "transfer", "voicemail")
"""Verbs that may have that outcome."""
LEAVE_MESSAGE = "leave_message"
"""The flow that takes it (`built_in.py`, which stands above the verbs)."""


@dataclass(frozen=True)
class HandoverStep(Step):
    """Hands over with summary, slots, transcript and reason. Where that can't be, it is said and the flow goes on.

    Who is led to a queue's voicemail leaves a message there and goes on as after `done`.
    """

    verbs = ("enqueue", "transfer", "voicemail", "callback", "ticket")

    verb: str = "transfer"
    target: str = option(WORD, "Queue, number, mailbox or desk.", "", key=MAIN)
    reason: str = option(WORD, "Why, where no rule of `human:` led here.", "flow")
    unavailable: Texts = option(
        TEXTS,
        "Said where nobody is there.",
        factory=dict,
        missing="doesn't say what the caller hears when nobody is there; write `unavailable:`",
    )
    summary: str = option(WORD, "What the human reads first; without it one is made from the call.", "")
    slots: tuple[str, ...] = option(NAMES, "Variables that go along; without it all that were taken.", ())
    priority: int = option(Whole(-10, 10), "Higher ones are taken first.", 0)
    after: Target | None = option(
        STEP, "Where a caller goes who is back when it was done (a ticket); else as `goto`.", None, key="done"
    )
    meanwhile: str = option(
        WORD, "`enqueue` only: the sub-flow by which the robot helps a caller who waits and keeps the place.", ""
    )

    @property
    def may_leave_message(self) -> bool:
        """Whether the caller may be led into the flow that takes a message."""
        return self.verb in TAKE_MESSAGES

    def check(self, node: Node) -> None:
        written = node.get(self.verb)
        if written and len(str(written.value)) >= PLUS_LOST:
            plus_lost(written)
        if self.meanwhile and self.verb != "enqueue":
            node.complain(f"Nobody waits in {node.what}; delete `meanwhile:`, or make it an `enqueue`.")

    def sentences(self) -> Iterator[str]:
        if self.meanwhile:
            yield from ("somebody_now", "keeps_place")

    def run(self, talk: "Talk") -> None:
        talk.errand(self.handover(talk))

    def handover(self, talk: "Talk") -> Handover:
        """Return all that goes along with the caller, as it is known now."""
        return Handover(
            self.verb,  # type: ignore[arg-type]
            talk.written(self.target),
            talk.reason or self.reason,
            talk.written(self.summary) if self.summary else talk.summary(),
            talk.slots(self.slots),
            talk.transcript(),
            self.priority,
            frozenset(tags(talk)),
            bool(self.meanwhile),
        )

    def done(self, talk: "Talk", done: Done) -> None:
        talk.reason = ""
        for name, value in done.values.items():
            talk.set(f"{self.verb}.{name}", value)
        if done.values.get("outcome") == MESSAGE:
            talk.note("leaves_message", step=self.name, queue=done.values.get("queue", ""))
            talk.enter_built_in(LEAVE_MESSAGE, {name: done.values.get(name, "") for name in ("queue", "opens")})
            return
        if done.ok:
            talk.note("handed_over", step=self.name, verb=self.verb)
            talk.go(self.after)
            return
        talk.note("handover_not_possible", step=self.name, why=done.why)
        talk.say(self.unavailable)

    def came_back(self, talk: "Talk", values: Mapping[str, Any]) -> None:
        """Go on behind a message that was left, or wasn't."""
        talk.set(f"{self.verb}.message", values.get("message", ""))
        if self.after:
            talk.go(self.after)
