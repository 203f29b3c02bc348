"""Example calls of a scorecard: conversations as its author wrote them beside it, with what its rules must find there.

    NAME.test.yaml beside NAME.yaml:
    calls:
      - call: the agent is rude
        language: en
        talk:
          - agent: Thanks for calling, how can I help?
          - caller: Where is my parcel?
            at: 4.0
          - agent: That is a stupid question.
        broken: [politeness]
    articles:                     # what the knowledge base knows, for rules on right answers
      - article: hours
        language: en
        questions: [When are you open?]
        short: We are open from nine to five.

What a turn doesn't say follows from the one before: it begins 0.4 s after it and is as long as people take for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import get_args

from dialplans import nodes
from dialplans.complaint import Complaint, did_you_mean
from dialplans.nodes import Node
from dialplans.place import Place
from knowledge.embedding import WhenAsked
from knowledge.entry import Entry
from knowledge.former import Moment
from knowledge.library import Encoders
from knowledge.search import Knowledge
from knowledge.wording import HAN
from quality.conversation import Conversation, Happening, Speaker, Turn
from quality.evidence import Alike, Known, NothingKnown, Subject
from quality.reading import ScorecardRefused
from quality.scorecard import Scorecard
from quality.scoring import Finding, Outcome, score

ENDING = ".test.yaml"
PAUSE_S = 0.4
SIGN_S, WORD_S, LEAST_S = 0.24, 0.38, 0.4
"""How long people take for a Chinese sign, a word, and at least for a turn."""
CALL = (
    "call", "language", "seconds", "talk", "happenings", "queue", "flow", "agents", "team", "campaign", "direction",
    "wrap_up_s",
    "broken", "kept", "not_applicable", "score",
)  # fmt: skip
ARTICLE = ("article", "language", "title", "questions", "short", "long", "tags")
NAMED = ("queue", "flow", "team", "campaign", "direction")
TURN = (*get_args(Speaker), "at", "until", "intent", "anger", "language")
EXPECTED: tuple[tuple[str, Outcome], ...] = (
    ("broken", "broken"), ("kept", "kept"), ("not_applicable", "not-applicable"),
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One call and what must be found in it."""

    name: str
    conversation: Conversation
    expected: tuple[tuple[str, Outcome, Place], ...]
    """Rule, outcome, where that is written. Rules that aren't named may come out as they like, but not be broken."""
    points: float | None
    place: Place
    known: Known = field(default_factory=NothingKnown, compare=False)


@dataclass(frozen=True)
class Difference:
    """What came out otherwise than its author wrote."""

    place: Place
    call: str
    sentence: str


def beside(path: Path) -> Path:
    """Return the file of examples beside a scorecard."""
    return path.with_name(path.stem + ENDING)


def load(path: Path, scorecard: Scorecard) -> tuple[Example, ...]:
    """Return the examples in `path`; raise `ScorecardRefused` with all that is wrong in it."""
    complaints: list[Complaint] = []
    root = nodes.read(path, str(path), complaints)
    root.what = "the file"
    found: tuple[Example, ...] = ()
    if root.mapping():
        root.only(("calls", "articles"))
        known = _known(tuple(_articles(root.get("articles"), scorecard)))
        calls = root.get("calls")
        if calls is None:
            root.complain("The file has no calls; write `calls:` with a list of them.")
        else:
            found = tuple(replace(_example(node, scorecard), known=known) for node in calls.entries())
    if complaints:
        raise ScorecardRefused(complaints)
    return found


def differences(scorecard: Scorecard, examples: tuple[Example, ...], alike: Alike) -> Iterator[Difference]:
    """Yield where the rules find something else than their author expects."""
    for example in examples:
        scored = score(scorecard, Subject(example.conversation, alike, known=example.known))
        came = {one.rule: one for one in scored.findings}
        for rule, outcome, place in example.expected:
            if came[rule].outcome != outcome:
                sentence = f"Rule '{rule}' is {_shown(came[rule])}, not {outcome}."
                yield Difference(place, example.name, sentence)
        named = {rule for rule, _, _ in example.expected}
        for one in scored.findings:
            if one.outcome == "broken" and one.rule not in named:
                yield Difference(example.place, example.name, f"Rule '{one.rule}' is {_shown(one)}; nobody expects it.")
        if example.points is not None and scored.points != example.points:
            came_to = "none" if scored.points is None else f"{scored.points:g}"
            yield Difference(example.place, example.name, f"The score is {came_to}, not {example.points:g}.")


def _shown(finding: Finding) -> str:
    if not finding.evidence:
        return finding.outcome
    first = finding.evidence[0]
    words = f' ("{first.words}")' if first.words else ""
    return f"{finding.outcome} at {first.start:.1f} s{words}"


def _example(node: Node, scorecard: Scorecard) -> Example:
    node.what = "a call"
    if not node.mapping():
        return Example("", Conversation("", 0.0, ()), (), None, node.place)
    node.only(CALL)
    given = {key: entry.text() for key in ("call", *NAMED) if (entry := node.get(key))}
    language = entry.text() if (entry := node.get("language")) else scorecard.languages[0]
    if language not in scorecard.languages:
        node.complain(f"The scorecard has no '{language}'; {did_you_mean(language, scorecard.languages)}.")
    turns = tuple(_turns(node.get("talk"), language))
    seconds = node.get("seconds")
    end = max((turn.end for turn in turns), default=0.0)
    conversation = Conversation(
        given.get("call", ""),
        seconds.number(0, 86_400) if seconds else end + PAUSE_S,
        turns,
        language,
        happenings=tuple(_happenings(node.get("happenings"))),
        direction=given.get("direction", "inbound"),
        flow=given.get("flow", ""),
        queue=given.get("queue", ""),
        team=given.get("team", ""),
        campaign=given.get("campaign", ""),
        wrap_up_s=wrap_up.number(0, 86_400) if (wrap_up := node.get("wrap_up_s")) else None,
        agents=tuple(one.text() for one in agents.entries()) if (agents := node.get("agents")) else (),
    )
    points = node.get("score")
    expected = tuple(_expected(node, scorecard))
    return Example(given.get("call", ""), conversation, expected, points.number(0, 100) if points else None, node.place)


def _known(articles: tuple[Entry, ...]) -> Known:
    """What is written beside the calls as a knowledge base, its encoders loaded when it is asked."""
    return Moment(cache(lambda: Knowledge(articles, Encoders(WhenAsked()))), datetime.now(UTC))


def _articles(node: Node | None, scorecard: Scorecard) -> Iterator[Entry]:
    for entry in node.entries() if node else ():
        entry.what = "an article"
        if not entry.mapping():
            continue
        entry.only(ARTICLE)
        texts = {
            key: one.text() for key in ("article", "language", "title", "short", "long") if (one := entry.get(key))
        }
        for key in ("article", "short"):
            if key not in texts:
                entry.complain(f"The article has no `{key}`; write one.")
        lists = {key: tuple(map(Node.text, one.entries())) for key in ("questions", "tags") if (one := entry.get(key))}
        name = texts.get("article", "")
        yield Entry(
            name, 1, texts.get("language", scorecard.languages[0]), texts.get("title", name),
            lists.get("questions", ()),
            texts.get("short", ""), texts.get("long", ""), lists.get("tags", ()),
        )  # fmt: skip


def _turns(talk: Node | None, language: str) -> Iterator[Turn]:
    end = 0.0
    for number, node in enumerate(talk.entries() if talk else (), 1):
        node.what = "a turn"
        if not node.mapping():
            continue
        node.only(TURN)
        speaker = next((name for name in get_args(Speaker) if name in node.names()), None)
        if speaker is None:
            node.complain("Nobody speaks in this turn; write `agent: …`, `robot: …` or `caller: …`.")
            continue
        said = node.get(speaker)
        text = said.text() if said else ""
        at, until, anger, intent, spoken = (node.get(key) for key in ("at", "until", "anger", "intent", "language"))
        begin = at.number(0, 86_400) if at else end + PAUSE_S
        end = until.number(begin, 86_400) if until else begin + _takes(text)
        yield Turn(
            number, speaker, text, begin, end, spoken.text() if spoken else language,
            intent=intent.text() if intent else "", anger=anger.number(0, 1) if anger else 0.0,
        )  # fmt: skip


def _takes(text: str) -> float:
    return max(len(HAN.findall(text)) * SIGN_S + len(HAN.sub(" ", text).split()) * WORD_S, LEAST_S)


def _happenings(node: Node | None) -> Iterator[Happening]:
    for entry in node.entries() if node else ():
        entry.what = "a happening"
        if entry.mapping():
            entry.only(("name", "at"))
            name, at = entry.get("name"), entry.get("at")
            yield Happening(at.number(0, 86_400) if at else 0.0, name.text() if name else "")


def _expected(node: Node, scorecard: Scorecard) -> Iterator[tuple[str, Outcome, Place]]:
    known = [rule.name for rule in scorecard.rules]
    for key, outcome in EXPECTED:
        for entry in listed.entries() if (listed := node.get(key)) else ():
            if (rule := entry.text()) in known:
                yield rule, outcome, entry.place
            else:
                entry.complain(f"There is no rule '{rule}'; {did_you_mean(rule, known)}.")
