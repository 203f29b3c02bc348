"""The course of a conversation: emotion, language, hold, misunderstandings, hand-overs, each with its second. Pure."""

from typing import Any

from quality.conversation import Conversation
from quality.facts import MISUNDERSTOOD, TALK, anger_of, holds
from quality.moods import mood_of


def course_of(conversation: Conversation) -> dict[str, Any]:
    """Return it as a document.

    emotion: [second, "caller" or "agent", anger 0-1 in words and voice], a row a turn; moods: the same with calm,
    annoyed, angry or pleased; languages: seconds that each
    side said in each; holds: [from, to]; misunderstood_at: seconds; hand_overs_at: [second, the agent's name or ""].
    """
    people = [turn for turn in conversation.turns if turn.speaker != "robot"]
    spoken: dict[str, dict[str, float]] = {"caller": {}, "ours": {}}
    for turn in conversation.turns:
        side = spoken["caller" if turn.speaker == "caller" else "ours"]
        side[turn.language] = side.get(turn.language, 0.0) + turn.end - turn.start
    return {
        "emotion": [[round(turn.start, 1), turn.speaker, anger_of(turn)] for turn in people],
        "moods": [[round(turn.start, 1), turn.speaker, mood_of(turn)] for turn in people],
        "languages": {
            name: {language: round(found[language], 1) for language in sorted(found, key=lambda one: -found[one])}
            for name, found in spoken.items()
        },
        "holds": [[round(one.start, 1), round(one.end, 1)] for one in holds(conversation)],
        "misunderstood_at": [round(one.at, 1) for one in conversation.happenings if one.name in MISUNDERSTOOD],
        "hand_overs_at": [
            [round(one.at, 1), str(one.data.get("agent") or "")] for one in conversation.happenings if one.name == TALK
        ],
    }
