"""What is said of a score: a document for scripts, lines for people."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from quality.conversation import Conversation
from quality.evidence import Evidence
from quality.facts import Facts, facts_of
from quality.scorecard import Scorecard
from quality.scoring import Score

SIGNS = {"kept": "+", "broken": "-", "not-applicable": " "}


def document(conversation: Conversation, score: Score) -> dict[str, Any]:
    """Return score, findings and facts of a call as JSON."""
    return {
        "call": conversation.call_id,
        "scorecard": score.scorecard,
        "version": score.version,
        "score": score.points,
        "good": score.good,
        "fatal": score.fatal,
        "sections": dict(score.sections),
        "findings": [asdict(one) for one in score.findings],
        "facts": facts_document(facts_of(conversation)),
    }


def facts_document(facts: Facts) -> dict[str, Any]:
    """Return the facts as JSON: seconds, shares 0-1."""
    longest = facts.longest_silence
    return {
        "seconds": round(facts.seconds, 1),
        "talk_s": {side: round(seconds, 1) for side, seconds in facts.talk.items()},
        "talk_share": {side: round(share, 3) for side, share in facts.talk_share.items()},
        "silences": [asdict(one) for one in facts.silences],
        "silence_s": round(facts.silence_s, 1),
        "longest_silence_s": round(longest.seconds, 1) if longest else 0.0,
        "interruptions": [asdict(one) for one in facts.interruptions],
        "overlap_s": round(facts.overlap_s, 1),
        "speed": dict(facts.speed),
        "response_s": [round(one, 2) for one in facts.response_s],
        "hold_s": round(facts.hold_s, 1),
        "anger": [[round(at, 1), anger] for at, anger in facts.anger],
        "misunderstood": facts.misunderstood,
        "intents": list(facts.intents),
        "hand_overs": facts.hand_overs,
        "outcome": facts.outcome,
    }


def lines(scorecard: Scorecard, conversation: Conversation, score: Score) -> Iterator[str]:
    """Yield the score as a person reads it, in the language of the call."""
    points = "no rule applies" if score.points is None else f"{score.points:g} of 100"
    fatal = ", a fatal fault" if score.fatal else ""
    yield f"Call {conversation.call_id}, scorecard {score.scorecard}@{score.version}: {points}{fatal}."
    for rule, finding in zip(scorecard.rules, score.findings, strict=True):
        yield f"  {SIGNS[finding.outcome]} {rule.title(conversation.language)}"
        likest = sorted(finding.evidence, key=lambda one: -(one.value or 0.0))[:1]
        for one in finding.evidence if finding.outcome == "broken" else likest:
            yield f"      {_shown(one)}"


def _shown(evidence: Evidence) -> str:
    minutes, seconds = divmod(evidence.start, 60)
    who = f" {evidence.speaker}" if evidence.speaker else ""
    words = f": {evidence.words}" if evidence.words else ""
    value = f" ({evidence.value:g})" if evidence.value is not None else ""
    return f"{minutes:.0f}:{seconds:04.1f}{who}{words}{value}"
